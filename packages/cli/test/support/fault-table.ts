import { availableParallelism } from 'node:os';
import { faultGroups, type FaultRow } from './fault-rows.ts';
import { type FaultResult, runFault } from './run-fault.ts';

export const allFaults: readonly FaultRow[] = faultGroups.flatMap(({ rows }) => rows);

/** Runs several faults at once, because a run mostly waits. */
export async function runFaults(
  rows: readonly FaultRow[],
): Promise<ReadonlyMap<FaultRow, FaultResult>> {
  const waiting = [...rows];
  const results = new Map<FaultRow, FaultResult>();
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift())
      results.set(row, await runFault(row));
  };
  await Promise.all(Array.from({ length: 3 * availableParallelism() }, work));
  return results;
}

/** The outcome of each fault that was run, as Markdown. */
export function renderFaults(results: ReadonlyMap<FaultRow, FaultResult>): string {
  const sections = faultGroups.map(({ title, rows }) => {
    const lines = rows.flatMap((row) => {
      const result = results.get(row);
      return result === undefined ? [] : [cellsOf(row, result)];
    });
    return `## ${title}\n\n${renderTable([header, ...lines])}\n`;
  });
  return `${introduction}\n${sections.join('\n')}`;
}

const introduction = `# What each fault leads to

Printed by \`node -C tintype-source bench/faults.ts\`, which runs \`tintype\` against an emulator of OpenAI's image API with each of
these faults. Each run makes three images one after the other, and the fault hits the second. _siblings_ says how many of
the other two were delivered, _sent_ how often the request for the image was sent, and _billed_ how many pictures the account
pays for. A \`?\` after _billed_ means that the run told its user "may have been billed".
`;

const header = [
  'fault',
  'exit',
  'the image',
  'siblings',
  'sent',
  'billed',
  'the store holds',
  'the next run',
];

function cellsOf({ name }: FaultRow, { outcome }: FaultResult): string[] {
  const { exit, fails, siblings, sent, billed, maybeBilled, store, nextRun } = outcome;
  return [
    name,
    String(exit),
    fails === null ? 'is delivered' : `fails: \`${fails}\``,
    `${siblings} of 2`,
    String(sent),
    `${billed}${maybeBilled ? '?' : ''}`,
    store,
    nextRun,
  ];
}

/** Aligns columns as the formatter does, so that both leave the file alone. */
function renderTable([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
