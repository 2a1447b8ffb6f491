import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openScene } from './scene.ts';

/** The steps of a batch that the file system refuses, and from which of them on. */
export interface BatchDiskRow {
  readonly name: string;
  readonly command: 'submit' | 'collect';
  readonly pattern: string;
  readonly from?: number;
}

const batches = String.raw`project/\.tintype/batches/`;

export const batchDiskRows: readonly BatchDiskRow[] = [
  { name: 'the note before anything is sent', command: 'submit', pattern: `open ${batches}` },
  { name: 'the note of the file', command: 'submit', pattern: `rename ${batches}`, from: 2 },
  { name: 'the note of the id', command: 'submit', pattern: `rename ${batches}`, from: 3 },
  { name: 'the bytes of an answer', command: 'collect', pattern: String.raw`\.received` },
  {
    name: 'the note of an answer',
    command: 'collect',
    pattern: String.raw`rename .+attempts/[^/]+\.json`,
  },
  { name: 'an original', command: 'collect', pattern: 'rename .+originals/' },
  { name: 'a record', command: 'collect', pattern: '(rename|link) .+records/' },
  { name: 'the removal of the note', command: 'collect', pattern: `(unlink|rm) ${batches}` },
];

const ids = ['ada', 'bob'];
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none }\n`).join('')}`;

/**
 * Orders and collects two pictures on a disk that refuses a step, then again on one that does not. Resolves to the promises that were
 * broken, which should be none.
 */
export async function runBatchDisk(row: BatchDiskRow, code: string): Promise<string[]> {
  await using scene = await openScene({ 'a.images.yaml': manifest });
  const { api, project } = scene;
  const run = (command: BatchDiskRow['command']) => {
    const { pattern, from = 1 } = row;
    return scene.run({
      args: ['batch', command, '--yes', '--reporter', 'json'],
      ...(command === row.command && { fault: { kind: 'fail', pattern, code, from } }),
    });
  };
  const problems: string[] = [];
  for (const command of ['submit', 'collect'] as const) {
    const ended = await run(command);
    await api.batches.finishAll();
    if (command !== row.command) continue;
    if (ended.code !== 1) problems.push(`it ends with ${ended.code}: ${ended.stderr}`);
    if (/bug in tintype|"code":"internal"|    at /.test(ended.stdout + ended.stderr))
      problems.push(`it calls it a bug: ${ended.stderr}`);
    if (!(ended.stdout + ended.stderr).includes(code)) problems.push('the reason is not named');
  }
  await scene.run({ args: ['batch', 'submit', '--yes', '--reporter', 'json'] });
  await api.batches.finishAll();
  const last = await scene.run();
  if (last.code !== 0) problems.push(`the last run ends with ${last.code}: ${last.stdout}`);
  const prompts = api.ledger.map(({ prompt }) => prompt).toSorted();
  if (prompts.join(' ') !== ids.join(' ')) problems.push(`billed: ${prompts.join(' ')}`);
  const open = await readdir(join(project, '.tintype/batches')).catch(() => []);
  if (open.length > 0) problems.push('a batch is still open');
  const verify = await scene.run({ args: ['verify', '--reporter', 'json'] });
  if (verify.code !== 0) problems.push(`verify: ${verify.stdout}`);
  return problems;
}
