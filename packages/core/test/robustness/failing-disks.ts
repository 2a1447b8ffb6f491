import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openScene, type Scene } from './scene.ts';
import type { Ended } from './tintype-process.ts';

/** What the file system refuses, and the expected outcome. */
export interface DiskRow {
  readonly name: string;
  /** The steps that are refused. */
  readonly pattern: string;
  readonly exit: 0 | 1;
  /** How many of three pictures are bought, one after the other, before the run stops. */
  readonly bought: number;
  /** Pictures that may be requested before the refusal is known, because the next request leaves once bytes are on the disk. */
  readonly onTheWay?: number;
  readonly delivered: number;
  /** What the run says, exactly once. */
  readonly says: RegExp | null;
  /** Pictures that could not be saved anywhere, so that the next run requests them again with a warning. */
  readonly askedAgain?: number;
}

export interface DiskResult {
  readonly name: string;
  readonly code: string;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
}

export const diskCodes = ['ENOSPC', 'EROFS', 'EACCES', 'EMFILE'] as const;

const ids = ['ada', 'bob', 'cid'];
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: color }\n`).join('')}`;
const config = JSON.stringify({ concurrency: 1 });

const store = String.raw`project/\.tintype`;

export const diskRows: readonly DiskRow[] = [
  {
    name: 'the store, from the start',
    pattern: store,
    exit: 1,
    bought: 0,
    delivered: 0,
    says: /the store .+ cannot be written/,
  },
  {
    name: 'the claim on a key',
    pattern: String.raw`attempts/[^/]+\.claim`,
    exit: 1,
    bought: 0,
    delivered: 0,
    says: /the store .+ cannot be written/,
  },
  {
    name: 'the note before the request',
    pattern: String.raw`open .+\.json\.\*\.tmp`,
    exit: 1,
    bought: 0,
    delivered: 0,
    says: /the store .+ cannot be written/,
  },
  {
    name: 'the bytes that arrive',
    pattern: String.raw`handle.writeFile .+\.received`,
    exit: 1,
    bought: 1,
    delivered: 0,
    says: /the picture that was paid for is kept in .+tintype-rescued/,
  },
  {
    name: 'the flush of the bytes that arrive',
    pattern: String.raw`handle.sync .+\.received`,
    exit: 1,
    bought: 1,
    delivered: 0,
    says: /the picture that was paid for is kept in .+tintype-rescued/,
  },
  {
    name: 'the bytes that arrive, and the temporary folder',
    pattern: String.raw`\.received|tintype-rescued`,
    exit: 1,
    bought: 1,
    delivered: 0,
    says: /could not be kept in the temporary folder either/,
    askedAgain: 1,
  },
  {
    name: 'the note after the answer',
    pattern: String.raw`^rename .+attempts/[^/]+\.json #1`,
    exit: 1,
    bought: 1,
    onTheWay: 1,
    delivered: 0,
    says: /the store .+ cannot be written/,
  },
  {
    name: 'the original',
    pattern: 'rename .+originals/',
    exit: 1,
    bought: 1,
    onTheWay: 1,
    delivered: 0,
    says: /what was paid for is kept in .+\.received/,
  },
  {
    name: 'the record',
    pattern: '(rename|link) .+records/',
    exit: 1,
    bought: 1,
    onTheWay: 1,
    delivered: 0,
    says: /what was paid for is kept in .+\.received/,
  },
  {
    name: 'clearing the attempt',
    pattern: `unlink ${store}/attempts`,
    exit: 0,
    bought: 3,
    delivered: 3,
    says: null,
  },
  {
    name: 'the cache',
    pattern: String.raw`node_modules/\.cache`,
    exit: 0,
    bought: 3,
    delivered: 3,
    says: /the cache cannot be used/,
  },
  {
    name: 'one output file',
    pattern: String.raw`(copyFile|link) .+/\.bob\.jpeg`,
    exit: 1,
    bought: 3,
    delivered: 2,
    says: /bob\.jpeg could not be written/,
  },
  {
    name: 'all output files',
    pattern: 'project/public',
    exit: 1,
    bought: 3,
    delivered: 0,
    says: /could not be written/,
  },
  {
    name: 'the asset map',
    pattern: String.raw`tintype\.assets\.json`,
    exit: 1,
    bought: 3,
    delivered: 3,
    says: /tintype\.assets\.json could not be written/,
  },
];

/** Runs three images on a disk that refuses a step, then again on one that does not. */
export async function runDisk(row: DiskRow, code: string): Promise<DiskResult> {
  await using scene = await openScene({ 'a.images.yaml': manifest, 'tintype.config.json': config });
  const first = await scene.run({ fault: { kind: 'fail', pattern: row.pattern, code } });
  const problems = judge(row, first, scene);
  if (row.says !== null && !saidIn(first).includes(code)) problems.push('the reason is not named');

  const second = await scene.run();
  problems.push(...judgeNext(second, scene, row.askedAgain ?? 0));
  const rescued = await readdir(
    join(scene.dir, `tmp/tintype-rescued-${process.getuid?.() ?? 0}`),
  ).catch(() => []);
  if (rescued.length > 0) problems.push('what was rescued is left behind');
  return { name: row.name, code, problems };
}

/** The same on a mounted file system that is really full; `null`: none can be mounted. */
export async function runFullDisk(): Promise<DiskResult | null> {
  await using scene = await openScene({ 'a.images.yaml': manifest, 'tintype.config.json': config });
  const dir = join(scene.project, '.tintype');
  await mkdir(dir, { recursive: true });
  const run = promisify(execFile);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tintype-test', dir]);
  } catch {
    return null;
  }
  try {
    // Leaves room for notes, but not for a picture.
    const ballast = join(dir, 'ballast');
    await writeFile(ballast, Buffer.alloc(256 * 1024 - 20 * 1024));
    const first = await scene.run();
    const row = diskRows.find(({ name }) => name === 'the bytes that arrive')!;
    const problems = judge(row, first, scene);
    await run('mount', ['-o', 'remount,size=16m', dir]);
    problems.push(...judgeNext(await scene.run(), scene, 0));
    return { name: 'a file system that is really full', code: 'ENOSPC', problems };
  } finally {
    await run('umount', [dir]);
  }
}

function judge(row: DiskRow, ended: Ended, { api }: Scene): string[] {
  const { code, events } = ended;
  const problems: string[] = [];
  const said = saidIn(ended);
  const delivered = events.filter(
    (event) => event.type === 'written' && event.file.endsWith('.jpeg'),
  ).length;
  if (code !== row.exit) problems.push(`it ends with ${code}, not ${row.exit}: ${said}`);
  const extra = api.ledger.length - row.bought;
  if (extra < 0 || extra > (row.onTheWay ?? 0))
    problems.push(`${api.ledger.length} pictures are bought, not ${row.bought}`);
  if (delivered !== row.delivered)
    problems.push(`${delivered} images are delivered, not ${row.delivered}: ${said}`);
  if (row.says !== null && !row.says.test(said)) problems.push(`it says "${said}"`);
  const reasons = events.filter(
    (event) =>
      event.type === 'failed' && /^the store .+ cannot be written [^;]*$/.test(event.message),
  ).length;
  if (reasons > 1) problems.push(`that the store cannot be written is said ${reasons} times`);
  if (/bug in tintype|\binternal\b/.test(said)) problems.push(`it calls it a bug: ${said}`);
  return problems;
}

function judgeNext({ code, stderr, events }: Ended, { api }: Scene, askedAgain: number): string[] {
  const problems: string[] = [];
  if (code !== 0) problems.push(`the next run ends with ${code}: ${stderr.trim()}`);
  if (api.ledger.length !== ids.length + askedAgain)
    problems.push(`${api.ledger.length} pictures are bought in all`);
  const warnings = events.filter(
    (event) => event.type === 'warning' && event.code === 'maybe-billed',
  ).length;
  if (warnings !== askedAgain) problems.push(`"maybe billed" is said ${warnings} times`);
  return problems;
}

/** The messages for a person: failures, warnings, and the error that ends the run. */
function saidIn({ stderr, events }: Ended): string {
  const messages = events.flatMap((event) =>
    event.type === 'failed' || event.type === 'warning' ? [`${event.code}: ${event.message}`] : [],
  );
  return [...messages, stderr.trim()].filter(Boolean).join('\n');
}
