import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TimedEvent } from '@tintype/core';
import {
  type LedgerEntry,
  type OpenAiEmulator,
  startOpenAiEmulator,
} from '@tintype/emulators/openai';
import { main } from '../../src/main.ts';
import { FakeShell } from './fake-shell.ts';
import type { FaultRow, Outcome } from './fault-rows.ts';

export interface FaultResult {
  readonly outcome: Outcome;
  /** What the run said about the image: its failure or a warning. */
  readonly says: string | null;
  /** The places that show the API key. There must be none. */
  readonly leaks: readonly string[];
  /** The status of the image in a plan after the run. */
  readonly planStatus: string;
}

/** A key that is easy to find in places where it should not be. The API repeats its first and last characters. */
export const recognisableKey = 'sk-RECOGNISABLE-0123456789-TAIL';

/** Runs the command line against an API with a fault, then again without the fault. */
export async function runFault(row: FaultRow): Promise<FaultResult> {
  const root = await mkdtemp(join(tmpdir(), 'tintype-fault-'));
  const port = await freePort();
  const start = () => startOpenAiEmulator({ port });
  const later = row.upAfterMs === undefined ? null : setTimeout(row.upAfterMs).then(start);
  const early = later === null ? await start() : null;
  early?.fail(
    row.faults,
    row.faults[0]?.kind === 'refuse' ? { endpoint: 'edits' } : { prompt: 'victim' },
  );
  try {
    await writeProject(root, row);
    const env = {
      OPENAI_API_KEY: recognisableKey,
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      TINTYPE_MISSING: 'buy',
    };
    const first = await run(root, env, ['--reporter', 'json']);
    const api = early ?? (await later!);
    const before = [...api.ledger];
    const sent = api.requests.filter(isVictim).length;
    const plan = await run(root, env, ['plan', '--json']);
    const store = await storeOf(root, first.events);
    const leaks = await findLeaks(root, first, plan);
    const second = await run(root, env, ['--reporter', 'json']);
    const { images } = JSON.parse(plan.stdout) as { images: { id: string; status: string }[] };
    const victim = images.find(({ id }) => id === 'victim');
    return {
      outcome: {
        ...outcomeOf(first, before, store),
        sent,
        nextRun: nextRunOf(second, api, before),
      },
      says: saidOf(first.events),
      leaks: [...leaks, ...(await findLeaks(root, second))],
      planStatus: victim?.status ?? 'none',
    };
  } finally {
    await (early ?? (await later!)).close();
    await rm(root, { recursive: true, force: true });
  }
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly TimedEvent[];
}

async function run(
  cwd: string,
  env: Record<string, string>,
  args: readonly string[],
): Promise<Finished> {
  const shell = new RealTimeShell({ cwd, env });
  const code = await main(args, shell);
  const stdout = shell.stdout.text;
  const isEvents = args.includes('json');
  const events = isEvents
    ? stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as TimedEvent)
    : [];
  return { code, stdout, stderr: shell.stderr.text, events };
}

class RealTimeShell extends FakeShell {
  override readonly now = (): Date => new Date();
}

async function writeProject(root: string, { fields, timeoutMs }: FaultRow): Promise<void> {
  const images = ['first', 'victim', 'last'].map((id) => {
    const more = id === 'victim' && fields !== undefined ? `, ${fields}` : '';
    const format = more.includes('output_format') ? '' : ', output_format: jpeg';
    return `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none${format}${more} }\n`;
  });
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(root, 'in.png'), Buffer.from(png, 'base64'));
  await writeFile(join(root, 'a.images.yaml'), `images:\n${images.join('')}`);
  await writeFile(
    join(root, 'tintype.config.json'),
    JSON.stringify({ concurrency: 1, ...(timeoutMs !== undefined && { timeoutMs }) }),
  );
}

function outcomeOf(
  { code, events }: Finished,
  ledger: readonly LedgerEntry[],
  store: Outcome['store'],
): Omit<Outcome, 'sent' | 'nextRun'> {
  const failure = events.find((event) => event.type === 'failed' && event.id === 'victim');
  const files = new Set(events.filter((event) => event.type === 'written').map(({ file }) => file));
  const fails = failure?.type === 'failed' ? failure : null;
  return {
    exit: code,
    fails: fails?.code ?? null,
    siblings: ['first.jpeg', 'last.jpeg'].filter((file) => files.has(file)).length,
    billed: ledger
      .filter(({ prompt }) => prompt === 'victim')
      .reduce((sum, { images }) => sum + images, 0),
    maybeBilled: fails?.maybeBilled ?? false,
    store,
  };
}

function isVictim({ path, body }: OpenAiEmulator['requests'][number]): boolean {
  // A request that was reset before it was read has no body. No other image is an edit.
  return path.endsWith('/edits') || (body as { prompt?: string } | null)?.prompt === 'victim';
}

async function storeOf(root: string, events: readonly TimedEvent[]): Promise<Outcome['store']> {
  const failure = events.find((event) => event.type === 'failed' && event.id === 'victim');
  const requested = events.find((event) => event.type === 'generating' && event.id === 'victim');
  const key = requested?.type === 'generating' ? requested.key : '';
  if (await exists(root, `attempts/${key}.json`)) return 'attempt';
  const record = await readFile(
    join(root, '.tintype/records', key.slice(0, 2), `${key}.json`),
    'utf8',
  ).catch(() => null);
  if (record === null) return 'nothing';
  const { original, rejected } = JSON.parse(record) as {
    original: { sha256: string };
    rejected?: string;
  };
  const { sha256 } = original;
  if (rejected !== undefined)
    return (await exists(root, `rejected/${sha256}`)) && failure ? 'kept aside' : 'nothing';
  return (await exists(root, `originals/${sha256.slice(0, 2)}/${sha256}.png`))
    ? 'original'
    : 'nothing';
}

async function exists(root: string, file: string): Promise<boolean> {
  return (await readFile(join(root, '.tintype', file)).catch(() => null)) !== null;
}

function nextRunOf(
  { events, code }: Finished,
  { ledger }: OpenAiEmulator,
  before: readonly LedgerEntry[],
): Outcome['nextRun'] {
  const isRequested = ledger.slice(before.length).some(({ prompt }) => prompt === 'victim');
  const warns = events.some(
    (event) =>
      event.type === 'warning' &&
      event.code === 'maybe-billed' &&
      event.message.includes('"victim"'),
  );
  if (isRequested) return warns ? 'requests it again, with a warning' : 'requests it again';
  return code === 0 ? 'nothing to do' : 'fails without a request';
}

function saidOf(events: readonly TimedEvent[]): string | null {
  const failure = events.find((event) => event.type === 'failed' && event.id === 'victim');
  if (failure?.type === 'failed') return failure.message;
  const warning = events.find((event) => event.type === 'warning');
  return warning?.type === 'warning' ? warning.message : null;
}

/** The outputs and files that contain the key, or the first and last characters of it that an API repeats. */
async function findLeaks(root: string, ...runs: readonly Finished[]): Promise<string[]> {
  const texts = new Map<string, string>(
    runs.flatMap(({ stdout, stderr }, index) => [
      [`stdout ${index}`, stdout] as const,
      [`stderr ${index}`, stderr] as const,
    ]),
  );
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    texts.set(path, await readFile(path, 'latin1'));
  }
  return [...texts]
    .filter(([, text]) => /RECOGNISABLE|789-TAIL|sk-proj-\*/.test(text))
    .map(([where]) => where);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
