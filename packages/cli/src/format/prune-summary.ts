import {
  count,
  fileSize,
  money,
  type PruneResult,
  type StoreRecord,
  type UnwantedFile,
} from '@tintype/core';
import { cleanLine } from './clean.ts';
import type { Colors } from './colors.ts';
import { type Column, table } from './table.ts';
import { wrap } from './wrap.ts';

interface SummaryOptions {
  readonly isDryRun: boolean;
  readonly colors: Colors;
  /** The terminal's columns, if there is a terminal. */
  readonly width: number | undefined;
}

/** Lists for a person what was or would be pruned: a row for each picture with its cost, and then totals. */
export function pruneSummary(result: PruneResult, options: SummaryOptions): string {
  const { removed, kept, cache, refusals } = result;
  const verb = options.isDryRun ? 'Would remove' : 'Removed';
  const others = removed.filter(({ kind, record }) => kind !== 'record' && record === null);
  const removedRecords = recordsOf(removed);
  const lines = [
    ...(removedRecords.length > 0
      ? [...pictures(removedRecords, options), '', `${verb} ${worth(removedRecords)}.`]
      : []),
    ...(others.length > 0 ? [`${verb} ${otherFiles(others)}.`] : []),
    ...(cache.files > 0
      ? [`${verb} ${count(cache.files, 'file')} of the cache (${fileSize(cache.bytes)}).`]
      : []),
    ...(refusals > 0 ? [`${verb} ${count(refusals, 'remembered refusal')}.`] : []),
  ];
  if (lines.length === 0 && kept.length === 0) return 'Nothing to prune.\n';
  const keptLines = [...new Set(kept.map(({ reason }) => reason))].flatMap((reason) => {
    const files = kept.filter((file) => file.reason === reason);
    const records = recordsOf(files);
    const rest = files.filter(({ kind, record }) => kind !== 'record' && record === null);
    const what = [
      ...(records.length > 0 ? [worth(records)] : []),
      ...(rest.length > 0 ? [otherFiles(rest)] : []),
    ].join(', and ');
    const rows = records.length > 0 ? [...pictures(records, options), ''] : [];
    return what === '' ? [] : [...rows, `Kept ${what}: ${cleanLine(reason)}.`];
  });
  return [
    ...lines,
    ...(lines.length > 0 && keptLines.length > 0 ? [''] : []),
    ...keptLines,
    ...(keptLines.length > 0 ? [hint] : []),
    '',
  ]
    .map((line) => wrap(line, options.width))
    .join('\n');
}

/** One file on one line: its path and size, and for a picture its cost and its prompt. */
export function prunedText({ path, bytes, kind, record }: UnwantedFile): string {
  if (kind !== 'record' || record === null) return `${path} (${fileSize(bytes)})`;
  const { request, costUsd, original } = record;
  return `${path} (${request.model}, ${fileSize(original.bytes)}, ${money(costUsd)}): ${request.prompt}`;
}

const hint = 'No manifest here refers to what was kept; --older-than <days> removes it by its age.';

const columns: readonly Column[] = [
  { title: 'PICTURE', isWhole: true },
  { title: 'MODEL', isWhole: true },
  { title: 'BOUGHT', isWhole: true },
  { title: 'SIZE', align: 'right', isWhole: true },
  { title: 'COST', align: 'right', isWhole: true },
  { title: 'PROMPT' },
];

function recordsOf(files: readonly UnwantedFile[]): StoreRecord[] {
  return files.flatMap(({ kind, record }) =>
    kind === 'record' && record !== null ? [record] : [],
  );
}

function pictures(records: readonly StoreRecord[], { colors, width }: SummaryOptions): string[] {
  const [header = '', ...rows] = table(columns, records.map(cells), width ?? wide);
  return [colors.bold(header), ...rows];
}

/** The width of a prompt without a terminal, because it is only a reminder. */
const wide = 120;

function cells({ key, request, original, costUsd, provenance }: StoreRecord): string[] {
  return [
    key.slice(0, 12),
    request.model,
    provenance.createdAt.slice(0, 10),
    fileSize(original.bytes),
    money(costUsd),
    request.prompt,
  ].map(cleanLine);
}

/** `3 pictures (4.2 MB) that cost $0.0396`. */
function worth(records: readonly StoreRecord[]): string {
  const bytes = new Map(records.map(({ original }) => [original.sha256, original.bytes]));
  const size = [...bytes.values()].reduce((sum, one) => sum + one, 0);
  const costs = records.flatMap(({ costUsd }) => costUsd ?? []);
  const known = costs.reduce((sum, cost) => sum + cost, 0);
  const unknown = records.length - costs.length;
  const cost = [
    ...(costs.length > 0 ? [money(known)] : []),
    ...(unknown > 0 ? [`${unknown} of them an unknown amount`] : []),
  ].join(', ');
  return `${count(records.length, 'picture')} (${fileSize(size)}) that cost ${cost}`;
}

function otherFiles(files: readonly UnwantedFile[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${count(files.length, 'other file')} of the store (${fileSize(bytes)})`;
}
