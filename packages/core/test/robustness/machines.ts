import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { isMaybeBilled, seeded, signal } from './takeovers.ts';
import { type Ended, startTintype, type TintypeProcess } from './tintype-process.ts';

/** The result of one schedule of machines that share a bucket. */
export interface MachinesResult {
  readonly seed: number;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
  /** Pictures paid for twice, although no run said before that the first may have been billed. */
  readonly boughtTwice: number;
  /** Pictures paid for of which there is neither a file nor a note that it may have been billed. */
  readonly lost: number;
  readonly askedAgain: number;
  readonly kills: number;
  readonly stops: number;
  readonly cuts: number;
}

export interface MachinesOptions {
  readonly machines: number;
  /** Code of a config that makes the remote; `BUCKET` is the URL of a folder. @default a folder */
  readonly remote?: string;
}

const ids = ['ash', 'bay', 'elm', 'fir', 'oak', 'yew', 'box', 'may'];
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none }\n`).join('')}`;
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const quickClaims = here('quick-claims.ts');

/**
 * Machines with their own folders and process namespaces need the same pictures, and share only a bucket. Each is
 * killed, stopped for a while, or cut off from the bucket at random instants. Then every machine that was not killed runs again,
 * in the same order, and one new machine delivers the rest, in a new order.
 */
export async function runMachines(
  seed: number,
  { machines, remote = `folder(new URL(process.env.BUCKET))` }: MachinesOptions,
): Promise<MachinesResult> {
  const random = seeded(seed);
  const between = (low: number, high: number) => Math.round(low + random() * (high - low));
  const home = await mkdtemp(join(tmpdir(), 'tintype-machines-'));
  const bucket = join(home, 'bucket');
  await mkdir(bucket);
  await using api = await startOpenAiEmulator({ latencyMs: between(50, 600) });
  const config = `import { folder, TintypeError } from ${JSON.stringify(here('../../dist/index.js'))};
import { cutOffRemote } from ${JSON.stringify(here('cut-off-remote.ts'))};
export default { store: { originals: cutOffRemote(${remote}, TintypeError) } };
`;
  const start = async (
    name: string,
    order: string,
    cuts: readonly (readonly number[])[] = [],
  ): Promise<TintypeProcess> => {
    const project = join(home, name);
    await mkdir(join(project, 'tmp'), { recursive: true });
    await writeFile(join(project, 'package.json'), '{}');
    await writeFile(join(project, 'a.images.yaml'), manifest);
    await writeFile(join(project, 'tintype.config.ts'), config);
    return startTintype({
      cwd: project,
      args: ['--order', order, '--concurrency', '3', '--reporter', 'json'],
      isApart: true,
      imports: [quickClaims],
      timeoutMs: 120_000,
      env: {
        OPENAI_API_KEY: 'sk-robust',
        OPENAI_BASE_URL: api.baseUrl,
        TINTYPE_MISSING: 'buy',
        TMPDIR: join(project, 'tmp'),
        HOME: project,
        BUCKET: `file://${bucket}`,
        CUT_OFF: JSON.stringify(cuts),
      },
    });
  };
  const windows = (chance: number) =>
    random() < chance
      ? Array.from({ length: between(1, 2) }, () => ({
          atMs: between(600, 4000),
          forMs: between(200, 5000),
        }))
      : [];
  const plans = Array.from({ length: machines }, (_, index) => ({
    name: `machine-${index}`,
    startMs: between(0, 3000),
    stops: windows(0.4),
    cuts: windows(0.4).map(({ atMs, forMs }) => [atMs, atMs + forMs] as const),
    killAtMs: random() < 0.4 ? between(700, 5000) : null,
  }));

  try {
    const first = await Promise.all(
      plans.map(async ({ name, startMs, stops, cuts, killAtMs }) => {
        await sleep(startMs);
        const run = await start(name, `order-${name}`, cuts);
        const acts = [
          ...stops.map(async ({ atMs, forMs }) => {
            await sleep(atMs);
            signal(run, 'SIGSTOP');
            await sleep(forMs);
            signal(run, 'SIGCONT');
          }),
          ...(killAtMs === null ? [] : [sleep(killAtMs).then(() => signal(run, 'SIGKILL'))]),
        ];
        const [ended] = await Promise.all([run.ended, ...acts]);
        return ended;
      }),
    );
    // A running machine records what it received. A killed one comes back later or never.
    const living = plans.filter(({ killAtMs }) => killAtMs === null || random() < 0.5);
    const again: Ended[] = [];
    for (const { name } of living) again.push(await (await start(name, `order-${name}`)).ended);
    const last = await (await start('new', 'order-new')).ended;

    const runs = [...first, ...again, last];
    const problems = last.code === 0 ? [] : [`the last run ends with ${last.code}: ${last.stderr}`];
    const said = (id: string) =>
      runs.flatMap(({ events }) =>
        events.filter((event) => isMaybeBilled(event) && event.message.startsWith(`"${id}"`)),
      ).length;
    const bills = ids.map((id) => {
      const times = api.ledger.filter(({ prompt }) => prompt === id).length;
      return { id, times, isTwice: times > 1 + said(id) };
    });
    problems.push(
      ...bills.filter(({ isTwice }) => isTwice).map(({ id, times }) => `${id}: ${times} times`),
      ...bills.filter(({ times }) => times === 0).map(({ id }) => `${id} is never bought`),
    );
    const traces = await tracesBelow(home);
    const lost = api.ledger.filter(({ id, prompt }) => !isTraced(id, prompt, traces));
    return {
      seed,
      problems: [...problems, ...lost.map(({ prompt }) => `a picture of ${prompt} is lost`)],
      boughtTwice: bills.filter(({ isTwice }) => isTwice).length,
      lost: lost.length,
      askedAgain: bills.filter(({ times, isTwice }) => times > 1 && !isTwice).length,
      kills: plans.filter(({ killAtMs }) => killAtMs !== null).length,
      stops: plans.flatMap(({ stops }) => stops).length,
      cuts: plans.flatMap(({ cuts }) => cuts).length,
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The texts of all records and notes of attempts, on every machine and in the bucket. */
export async function tracesBelow(home: string): Promise<readonly string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /(records|attempts|claims)/.test(entry.parentPath))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => /\.(json|attempt)$/.test(path));
  return Promise.all(paths.map((path) => readFile(path, 'utf8')));
}

/** Whether a record has a picture, or a note says that the request for it may have been billed. */
export function isTraced(requestId: string, prompt: string, traces: readonly string[]): boolean {
  return traces.some(
    (text) =>
      text.includes(requestId) ||
      (text.includes('"outcome"') && text.includes(`"prompt": "${prompt}"`)),
  );
}
