import { cp, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import sharp from 'sharp';
import type { Attempt } from '../../src/index.ts';
import { type Plant, plantsFor, type Target } from './planted-files.ts';
import { hashesBelow, hashOf, openScene, type Scene } from './scene.ts';
import type { Ended } from './tintype-process.ts';

export interface PlantedResult {
  readonly kind: string;
  readonly name: string;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
  /** Foreign files that were changed, created, removed or copied. */
  readonly outsideTouched: number;
  /** Paid pictures whose bytes are gone. */
  readonly lost: number;
  readonly boughtTwice: number;
  readonly hung: number;
  readonly stackTraces: number;
}

/** Plants things in copies of one project, which has every kind of file that Tintype reads. */
export interface Planter extends AsyncDisposable {
  readonly plants: readonly Plant[];
  /** Runs commands, one after the other; all of them by default. */
  readonly run: (plant: Plant, chosen?: readonly Command[]) => Promise<PlantedResult>;
}

export type Command = readonly string[];

const maxCostUsd = 0.1;

const buy: Command = ['generate', '--missing', 'buy', '--max-cost', String(maxCostUsd)];

export const allCommands: readonly Command[] = [
  ['plan'],
  ['generate', '--provider', 'offline'],
  ['check'],
  ['verify'],
  buy,
  ['prune', '--dry-run'],
  ['prune'],
];

/** The commands that change the most. */
export const mainCommands: readonly Command[] = [buy, ['prune']];

const secretKey = 'sk-proj-RECOGNISABLE-0123456789-abcdef';
const canary = 'THE-CANARY-OF-SOMEBODY-ELSE';
const image = 'quality: low, size: 1408x480, decorative: true, output_format: jpeg';
const manifestOf = (prefix: string, count: number): string =>
  `images:\n${Array.from({ length: count }, (_, index) => `  ${prefix}/p${index}: { prompt: ${prefix} ${index}, ${image} }\n`).join('')}`;

const bought = 4;
const received = 4;
const url = 'https://pictures.invalid/in.png';

const files = {
  'a.images.yaml': manifestOf('bought', bought),
  'rows.csv': 'n\nada\n',
  'rows.json': '[{"n":"bob"}]',
  'rows.jsonl': '{"n":"cid"}\n',
  'rows.yaml': '- n: dan\n',
  'data.images.yaml': `images:\n${['csv', 'json', 'jsonl', 'yaml'].map((form) => `  "${form}/{{ n }}": { each: rows.${form}, prompt: "row {{ n }}", ${image} }\n`).join('')}  edited: { prompt: edited, input_images: [in.png], ${image} }\n`,
  '.env': 'TINTYPE_ACCOUNT_OPENAI_KEY=sk-of-the-clone\n',
  '.env.local': 'SITE=https://example.com\n',
  'tintype.config.json': JSON.stringify({
    outDir: 'public/images',
    store: { dir: '.tintype' },
    cacheDir: 'node_modules/.cache/tintype',
    manifests: ['*.images.yaml'],
    concurrency: 6,
    maxCostUsd: 1,
  }),
};

export async function openPlanter(): Promise<Planter> {
  const scene = await openScene(files, { latencyMs: 300 });
  const evil = await startOpenAiEmulator();
  await makeSeed(scene);
  const seed = join(scene.dir, 'seed');
  await cp(scene.project, seed, { recursive: true });
  const seeded = [...(await hashesBelow(seed)).keys()];
  const paidPrompts = promptsWithBytes(scene);
  await controlRun(scene);
  return {
    plants: await plantsFor(seed, seeded),
    async run(plant, chosen = allCommands) {
      await rm(scene.project, { recursive: true });
      await rm(join(scene.dir, 'tmp'), { recursive: true, force: true });
      await mkdir(join(scene.dir, 'tmp'), { recursive: true });
      await cp(seed, scene.project, { recursive: true, preserveTimestamps: true });
      const outside = await makeOutside(scene);
      const target = { project: scene.project, outside, evilUrl: `${evil.baseUrl}/` };
      const requestsBefore = evil.requests.length;
      await plant.apply(target);
      const found = await runCommands(scene, target, plant, chosen, paidPrompts);
      if (evil.requests.length > requestsBefore) found.problems.push('another host was asked');
      return { ...found, kind: plant.kind, name: plant.name };
    },
    async [Symbol.asyncDispose]() {
      await evil.close();
      await scene[Symbol.asyncDispose]();
    },
  };
}

const environment = (scene: Scene): Readonly<Record<string, string>> => ({
  OPENAI_API_KEY: secretKey,
  HOME: join(scene.dir, 'home'),
  HOSTS_LOG: join(scene.dir, 'hosts'),
});

/** Runs real processes, some of which are killed, until there is a file of each kind. Throws if one ends in an unexpected way. */
async function makeSeed(scene: Scene): Promise<void> {
  const { project, api, write } = scene;
  const env = environment(scene);
  const run = async (expected: number | null, start: Parameters<Scene['run']>[0] = {}) => {
    const ended = await scene.run({ env, ...start });
    if (ended.code !== expected)
      throw new Error(`a run ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  };
  await write(
    'in.png',
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } })
      .png()
      .toBuffer(),
  );
  await run(0);
  // The files must be old enough for a snapshot.
  await sleep(2100);
  await run(0);

  await write('bad.images.yaml', manifestOf('bad', 2));
  api.fail({ kind: 'corrupt-picture' }, { prompt: 'bad 0', times: 'always' });
  const error = {
    message: 'no',
    type: 'image_generation_user_error',
    param: null,
    code: 'moderation_blocked',
  };
  api.fail({ kind: 'error', status: 400, error }, { prompt: 'bad 1', times: 'always' });
  await run(1, { env, args: ['bad/p0', 'bad/p1', '--reporter', 'json'] });

  // A run that is killed after an output and before the asset map leaves its journal.
  await rm(join(project, 'public/images/bought/p0.jpeg'));
  const step = 'rename project/public/images/bought/p0.jpeg #1';
  await scene.run({
    env,
    fault: { kind: 'kill', step, when: 'after' },
    args: ['bought/p0', '--reporter', 'json'],
  });

  // The last run is killed with four answers on the disk and two calls in flight. A later run would clean up.
  await write('received.images.yaml', manifestOf('received', received));
  await write('open.images.yaml', manifestOf('open', 2));
  api.fail({ kind: 'hang-before-headers' }, { prompt: /^open/, times: 2 });
  const ids = [0, 1, 2, 3].map((index) => `received/p${index}`);
  const waiting = scene.start({
    env,
    args: ['open/p0', 'open/p1', ...ids, '--reporter', 'json'],
    fault: { kind: 'fail', pattern: '(rename|link) .+records', code: 'EACCES' },
  });
  const attempts = join(project, '.tintype/attempts');
  const haveCome = async () =>
    (await readdir(attempts)).filter((name) => name.endsWith('.received')).length === received &&
    api.ledger.filter(({ prompt }) => prompt.startsWith('open')).length === 2;
  for (let tries = 0; !(await haveCome()); tries++) {
    if (tries > 1200)
      throw new Error(`the run that is to be killed has ${(await readdir(attempts)).join()}`);
    await sleep(50);
  }
  waiting.child.kill('SIGKILL');
  await waiting.ended;

  const pin = join(project, `.tintype/inputs/${hashOf(url).slice(0, 2)}/${hashOf(url)}.json`);
  await mkdir(join(pin, '..'), { recursive: true });
  await writeFile(
    pin,
    JSON.stringify({
      version: 1,
      file: url,
      sha256: hashOf(url),
      info: { format: 'png', width: 64, height: 64, hasAlpha: false, bytes: 100 },
    }),
  );
  await write(
    'pinned.images.yaml',
    `images:\n  pinned: { prompt: pinned, input_images: ["${url}"], ${image} }\n`,
  );
}

/** Throws unless a run without a plant buys pictures. Otherwise no run would read what is planted. */
async function controlRun(scene: Scene): Promise<void> {
  const before = scene.api.ledger.length;
  const { code, stdout, stderr } = await scene.run({
    args: [...buy, '--reporter', 'json'],
    env: environment(scene),
  });
  const prompts = scene.api.ledger.slice(before).map(({ prompt }) => prompt);
  if (code !== 1 || prompts.toSorted().join() !== 'open 0,open 1')
    throw new Error(`the control ends with ${code} and buys ${prompts.join()}: ${stdout}${stderr}`);
}

/** The pictures whose bytes arrived, which must not be bought again. */
function promptsWithBytes({ api }: Scene): ReadonlySet<string> {
  return new Set(
    api.ledger.map(({ prompt }) => prompt).filter((prompt) => !/^(open|bad)/.test(prompt)),
  );
}

async function makeOutside({ dir }: Scene): Promise<string> {
  const outside = join(dir, 'outside');
  await rm(outside, { recursive: true, force: true });
  await mkdir(outside);
  for (const ending of ['', '.json', '.received', '.png', '.txt', '.claim', '.jpeg'])
    await writeFile(join(outside, `canary${ending}`), canary);
  await symlink('canary', join(outside, 'link'));
  return outside;
}

async function runCommands(
  scene: Scene,
  { outside }: Target,
  plant: Plant,
  chosen: readonly Command[],
  paidPrompts: ReadonlySet<string>,
) {
  const problems: string[] = [];
  const counts = { outsideTouched: 0, lost: 0, boughtTwice: 0, hung: 0, stackTraces: 0 };
  const outsideBefore = await looksBelow(outside);
  const paid = await paidBelow(scene);
  const env = environment(scene);
  const before = scene.api.ledger.length;
  await rm(env['HOSTS_LOG']!, { force: true });
  let printed = '';
  for (const command of chosen) {
    const ledgerBefore = scene.api.ledger.length;
    const ended = await scene.run({
      args: [...command, '--reporter', 'json'],
      env,
      imports: [fileURLToPath(new URL('note-hosts.ts', import.meta.url))],
      timeoutMs: 90_000,
    });
    const text = ended.stdout + ended.stderr;
    printed += text;
    const say = (problem: string) => problems.push(`${command.join(' ')}: ${problem}`);
    if (ended.code === null) {
      counts.hung++;
      say('it hangs');
    } else if (ended.code > 3) say(`it ends with ${ended.code}: ${text.slice(0, 300)}`);
    if (hasStack(ended)) {
      counts.stackTraces++;
      say(`a stack is shown: ${ended.stderr.slice(0, 600)}`);
    }
    const entries = scene.api.ledger.slice(ledgerBefore);
    const spent = entries.reduce((sum, { costUsd }) => sum + costUsd, 0);
    if (!(spent <= (command === buy ? maxCostUsd : 0))) say(`it spends $${spent}`);
    const outsideNow = await looksBelow(outside);
    const touched = differing(outsideBefore, outsideNow);
    if (touched.length > 0) {
      counts.outsideTouched += touched.length;
      say(`outside, ${touched.join(', ')} changed`);
      break;
    }
  }
  const prompts = scene.api.ledger.slice(before).map(({ prompt }) => prompt);
  const twice = plant.asksOther ? [] : prompts.filter((prompt) => paidPrompts.has(prompt));
  counts.boughtTwice = twice.length;
  if (twice.length > 0) problems.push(`bought again: ${twice.join(', ')}`);

  const below = [...(await hashesBelow(scene.dir))].filter(([file]) => !file.startsWith('seed/'));
  const kept = new Set(below.map(([, hash]) => hash));
  const lost = paid.filter(({ hashes }) => !hashes.some((hash) => kept.has(hash)));
  counts.lost = lost.length;
  if (lost.length > 0) problems.push(`lost: ${lost.map(({ file }) => file).join(', ')}`);

  problems.push(...(await leaksIn(scene, printed)));
  const hosts = await readFile(env['HOSTS_LOG']!, 'utf8').catch(() => '');
  const foreign = hosts
    .split('\n')
    .filter(
      (host) =>
        host !== '' &&
        host !== new URL(scene.api.baseUrl).host &&
        host !== new URL(url).host + ':443',
    );
  if (foreign.length > 0) problems.push(`it connects to ${[...new Set(foreign)].join(', ')}`);
  const strange = (await readdir(scene.dir)).filter(
    (name) => !['project', 'tmp', 'home', 'hosts', 'seed', 'outside'].includes(name),
  );
  if (strange.length > 0) {
    counts.outsideTouched += strange.length;
    problems.push(`${strange.join(', ')} was made outside`);
  }
  return { ...counts, problems };
}

function hasStack({ stdout, stderr }: Ended): boolean {
  return (
    /^\s+at .+:\d+:\d+\)?$/m.test(stderr) ||
    /\\n\s+at .+:\d+:\d+|bug in tintype/i.test(stdout + stderr)
  );
}

/** Finds the key, or a foreign file, in places where neither may be. */
async function leaksIn({ dir, project }: Scene, printed: string): Promise<string[]> {
  const problems: string[] = [];
  if (printed.includes(secretKey)) problems.push('the key is printed');
  if (printed.includes(canary)) problems.push("somebody else's file is printed");
  const canaries = await readdir(join(dir, 'outside'));
  const own = new Set<number>();
  for (const name of canaries) own.add((await lstat(join(dir, 'outside', name))).ino);
  for (const parent of [project, join(dir, 'tmp'), join(dir, 'home')])
    for (const file of (await hashesBelow(parent)).keys()) {
      const path = join(parent, file);
      if (own.has((await lstat(path)).ino)) continue;
      const bytes = await readFile(path);
      if (bytes.includes(secretKey)) problems.push(`the key is in ${file}`);
      if (bytes.includes(canary)) problems.push(`somebody else's file is copied to ${file}`);
    }
  return problems;
}

/** The hash, time and mode of each file, and the target of each link. */
async function looksBelow(dir: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const looks = await Promise.all(
    entries.map(async (entry): Promise<[string, string]> => {
      const path = join(entry.parentPath, entry.name);
      const { mtimeMs, mode } = await lstat(path);
      const hash = entry.isFile() ? hashOf(await readFile(path)) : '';
      return [path.slice(dir.length + 1), `${entry.isFile() ? mtimeMs : ''} ${mode} ${hash}`];
    }),
  );
  return new Map(looks);
}

function differing(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...before.keys(), ...now.keys()])].filter(
    (file) => before.get(file) !== now.get(file),
  );
}

interface PaidFile {
  readonly file: string;
  /** The hashes that a copy of it may have. */
  readonly hashes: readonly string[];
}

/** The files with bytes that were paid for. Received bytes become an original, whose hash is in the API's ledger. */
async function paidBelow({ project, dir, api }: Scene): Promise<PaidFile[]> {
  const store = join(project, '.tintype');
  const paid: PaidFile[] = [];
  for (const [file, hash] of await hashesBelow(store)) {
    if (/^(originals|rejected)\//.test(file) && file.includes(hash))
      paid.push({ file, hashes: [hash] });
    if (!file.endsWith('.received')) continue;
    const note = join(dir, 'seed/.tintype', file.replace(/received$/, 'json'));
    const { request } = JSON.parse(await readFile(note, 'utf8')) as Attempt;
    const entry = api.ledger.find(({ prompt }) => prompt === request.prompt)!;
    paid.push({ file, hashes: [hash, ...entry.pictures] });
  }
  return paid;
}
