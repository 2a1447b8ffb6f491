import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AssetMap, StoreRecord } from '../../src/index.ts';
import type { Fault } from './fault-points.ts';
import { hashesBelow, openScene, type Scene } from './scene.ts';
import type { Ended, Start } from './tintype-process.ts';

/** A story whose last run is killed. */
export interface Story {
  readonly name: string;
  /** The manifests of the runs, in order. */
  readonly manifests: readonly string[];
  /** Steps that the file system cannot do. */
  readonly cannot?: string;
}

/** What happens to the last run of a story. */
export type Blow =
  | Fault
  /** It is killed this long after its start, whatever it is doing. */
  | { readonly kind: 'at'; readonly ms: number };

export interface BlowResult {
  readonly story: string;
  readonly blow: Blow;
  /** Whether the process was killed, and had not ended before. */
  readonly wasKilled: boolean;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
  /** Paid pictures that were on the disk and are not in the store. */
  readonly lost: number;
  /** Pictures bought again without a warning, or although the first was on the disk. */
  readonly boughtTwice: number;
  /** Pictures whose bytes never reached the disk, requested again with the warning "maybe billed". */
  readonly askedAgain: number;
}

const image = 'quality: low, size: 1408x480, placeholder: color, decorative: true';

/** Manifests with every kind of change: of images, of a crop, of files. */
const thatChanges = [
  `images:\n  ada: { prompt: ada, ${image}, output_format: jpeg }\n  bob: { prompt: bob, ${image}, output_format: jpeg, widths: [320] }\n`,
  `images:\n  team/cid: { prompt: cid, ${image}, output_format: jpeg }\n  bob: { prompt: bob, ${image}, output_format: jpeg, crop: 640x320 }\n`,
];

export const stories: readonly Story[] = [
  {
    name: 'a first run',
    manifests: [
      `images:\n  ada: { prompt: ada, ${image}, widths: [320], formats: [webp, jpeg] }\n  bob: { prompt: bob, ${image}, output_format: jpeg }\n`,
    ],
  },
  {
    name: 'a run that adds, changes and removes',
    manifests: thatChanges,
  },
  {
    name: 'the same where files cannot be linked, and outputs are copied',
    manifests: thatChanges,
    cannot: '^(reflink|link) project/public/',
  },
];

/** Foreign files that Tintype may not touch. */
const foreignFiles = {
  'public/images/mine.jpeg': 'not by Tintype',
  'public/images/notes/.keep': '',
  '.tintype/README.md': 'pictures are here',
};

/** The files after an undisturbed run, if each picture is the first or the second that the API draws. */
export interface Expected {
  readonly takes: readonly Snapshot[];
}

interface Snapshot {
  readonly outputs: ReadonlyMap<string, string>;
  readonly assetMap: AssetMap;
  readonly store: ReadonlyMap<string, string>;
  readonly records: readonly StoreRecord[];
}

/** Strikes the last run of stories in a project of its own, one after the other. */
export async function openStriker(latencyMs = 0): Promise<
  AsyncDisposable & {
    /** The steps of a story's last run in order, without a kill. */
    readonly steps: (story: Story) => Promise<readonly string[]>;
    readonly strike: (story: Story, blow: Blow) => Promise<BlowResult>;
  }
> {
  const scene = await openScene(foreignFiles, { latencyMs });
  const expected = new Map<Story, Promise<Expected>>();
  return {
    async steps(story) {
      await begin(scene, story);
      const stepLog = join(scene.dir, 'steps.log');
      await writeFile(stepLog, '');
      await runToEnd(scene, { stepLog, cannot: story.cannot });
      const steps = (await readFile(stepLog, 'utf8')).split('\n');
      return steps.filter((step) => step !== '' && !isBeat(step));
    },
    async strike(story, blow) {
      const undisturbed = expected.get(story) ?? expect(scene, story);
      expected.set(story, undisturbed);
      const { takes } = await undisturbed;
      await begin(scene, story);
      return resumeAndJudge(scene, story, blow, takes);
    },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
}

/** Whether a step renews a claim. That happens once a second, so the number depends on how busy the machine is. */
function isBeat(step: string): boolean {
  return /writeFile .+\.claim\/\* #/.test(step);
}

/** Runs a story up to its last run, from an empty project. */
async function begin(scene: Scene, { manifests, cannot }: Story): Promise<void> {
  await scene.reset();
  for (const [index, manifest] of manifests.entries()) {
    await scene.write('a.images.yaml', manifest);
    if (index < manifests.length - 1) await runToEnd(scene, { cannot });
  }
}

async function expect(scene: Scene, story: Story): Promise<Expected> {
  const takes: Snapshot[] = [];
  await begin(scene, story);
  await runToEnd(scene);
  takes.push(await snapshot(scene));
  // The API has already drawn each picture once, so now it draws another.
  await scene.write('a.images.yaml', story.manifests.at(-1)!);
  const names = [...(await hashesBelow(scene.project)).keys()].filter((name) =>
    /\/(records|originals|entries|files)\/|^public\//.test(name),
  );
  await forget(scene, names);
  await runToEnd(scene);
  takes.push(await snapshot(scene));
  return { takes };
}

async function forget(scene: Scene, names: readonly string[]): Promise<void> {
  for (const name of names) if (!(name in foreignFiles)) await rm(join(scene.project, name));
}

async function runToEnd(scene: Scene, start: Partial<Start> = {}): Promise<Ended> {
  const ended = await scene.run(start);
  if (ended.code !== 0)
    throw new Error(`an undisturbed run ended with ${ended.code}: ${ended.stderr}`);
  return ended;
}

async function resumeAndJudge(
  scene: Scene,
  { name: story, cannot }: Story,
  blow: Blow,
  takes: readonly Snapshot[],
): Promise<BlowResult> {
  const { api, project } = scene;
  const started = scene.start(blow.kind === 'at' ? { cannot } : { fault: blow, cannot });
  if (blow.kind === 'at') {
    await Promise.race([sleep(blow.ms), started.ended]);
    started.child.kill('SIGKILL');
  }
  const first = await started.ended;
  const wasKilled = first.code === null;
  await drained(scene);
  const onDisk = await wholeFiles(scene);
  const safe = new Set(
    api.ledger
      .filter(({ pictures }) => pictures.some((hash) => onDisk.has(hash)))
      .map(({ prompt }) => prompt),
  );

  const resumed = await scene.run({ cannot });
  const after = await snapshot(scene).catch((error: unknown) => String(error));
  const problems: string[] = [];
  if (blow.kind === 'kill' && !wasKilled) problems.push('it was never reached');
  if (blow.kind === 'fail') problems.push(...saidBadly(first));
  if (resumed.code !== 0)
    problems.push(
      `the next run ends with ${resumed.code}: ${resumed.stderr.trim()} ${lastFailure(resumed)}`,
    );

  const billed = countBy(api.ledger.map(({ prompt }) => prompt));
  let [boughtTwice, askedAgain] = [0, 0];
  for (const [prompt, count] of billed) {
    if (count === 1) continue;
    const isSaid = resumed.events.some(
      (event) =>
        event.type === 'warning' &&
        event.code === 'maybe-billed' &&
        event.message.includes(`${prompt}" was requested`),
    );
    if (count === 2 && isSaid && !safe.has(prompt)) askedAgain++;
    else {
      boughtTwice++;
      problems.push(
        `${prompt} was billed ${count} times${safe.has(prompt) ? ' though its bytes were on the disk' : ''}${isSaid ? '' : ' without a word'}`,
      );
    }
  }

  let lost = 0;
  if (typeof after === 'string') problems.push(after);
  else {
    const originals = new Set(after.store.values());
    for (const { prompt, pictures } of api.ledger) {
      if (
        safe.has(prompt) &&
        !pictures.some((hash) => originals.has(hash)) &&
        billed.get(prompt) === 1
      ) {
        lost++;
        problems.push(`the original of ${prompt} is not in the store`);
      }
    }
    problems.push(...(await differences(scene, after, takes, billed)));
  }
  for (const [file, content] of Object.entries(foreignFiles)) {
    const text = await readFile(join(project, file), 'utf8').catch(() => null);
    if (text !== content) problems.push(`${file} is not what it was`);
  }
  return { story, blow, wasKilled, problems, lost, boughtTwice, askedAgain };
}

/** Waits until the API has noticed that its client is gone. */
async function drained({ api }: Scene): Promise<void> {
  while (api.ledger.some(({ outcome }) => outcome === 'working')) await sleep(5);
}

/** The sha-256 of every file that is not temporary. */
async function wholeFiles({ dir }: Scene): Promise<ReadonlySet<string>> {
  const files = await hashesBelow(dir);
  return new Set([...files].filter(([name]) => !name.endsWith('tmp')).map(([, hash]) => hash));
}

async function snapshot({ project, dir }: Scene): Promise<Snapshot> {
  const outputs = await hashesBelow(join(project, 'public/images'));
  const store = await hashesBelow(join(project, '.tintype'));
  const assetMap = JSON.parse(
    await readFile(join(project, 'public/images/tintype.assets.json'), 'utf8'),
  ) as AssetMap;
  const records = await Promise.all(
    [...store.keys()]
      .filter((name) => name.startsWith('records/') && name.endsWith('.json'))
      .map(
        async (name) =>
          JSON.parse(await readFile(join(project, '.tintype', name), 'utf8')) as StoreRecord,
      ),
  );
  const temporaries = await readdir(join(dir, 'tmp'), { recursive: true });
  if (temporaries.some((name) => /tintype-rescued-\d+\//.test(name)))
    throw new Error('something is left in the temporary folder');
  return { outputs, store, assetMap, records };
}

/** The files that the store writes for git. */
const gitFiles = ['.gitattributes', '.gitignore'] as const;

/** The differences from an undisturbed run, given how often the API drew each picture. */
async function differences(
  { project }: Scene,
  after: Snapshot,
  takes: readonly Snapshot[],
  billed: ReadonlyMap<string, number>,
): Promise<string[]> {
  const problems: string[] = [];
  const ideal = (prompt: string): Snapshot =>
    takes[Math.min(billed.get(prompt) ?? 1, takes.length) - 1]!;
  const stored = new Set([
    ...gitFiles,
    ...Object.keys(foreignFiles).flatMap((name) =>
      name.startsWith('.tintype/') ? [name.slice(9)] : [],
    ),
  ]);
  for (const record of after.records) {
    const { key, request, original } = record;
    const path = `originals/${original.sha256.slice(0, 2)}/${original.sha256}.${original.format}`;
    stored.add(path).add(`records/${key.slice(0, 2)}/${key}.json`);
    if (after.store.get(path) !== original.sha256)
      problems.push(`the original of ${request.prompt} does not hash to its name`);
    const same = ideal(request.prompt).records.find((other) => other.key === key);
    if (same !== undefined && same.original.sha256 !== original.sha256)
      problems.push(`${request.prompt} has another original`);
  }
  if (after.records.length < takes[0]!.records.length) problems.push('a record is missing');
  for (const name of after.store.keys())
    if (!stored.has(name)) problems.push(`${name} is left in the store`);

  const files = new Map<string, string>(
    Object.keys(foreignFiles).flatMap((name) =>
      name.startsWith('public/images/') ? [[name.slice(14), 'foreign'] as const] : [],
    ),
  );
  const names = Object.keys(takes[0]!.assetMap.images);
  for (const name of names) {
    const { assetMap, outputs } = ideal(name.split('/').at(-1)!);
    const asset = assetMap.images[name]!;
    if (JSON.stringify(after.assetMap.images[name]) !== JSON.stringify(asset))
      problems.push(`the asset map says something else of ${name}`);
    for (const { file } of asset.files) files.set(file, outputs.get(file) ?? 'nothing');
  }
  if (JSON.stringify(Object.keys(after.assetMap.images)) !== JSON.stringify(names))
    problems.push('the asset map has other images');
  const map = await readFile(join(project, 'public/images/tintype.assets.json'));
  if (!map.equals(Buffer.from(`${JSON.stringify(after.assetMap, null, 2)}\n`)))
    problems.push('the asset map is not written as it should be');
  files.set('tintype.assets.json', 'checked');
  for (const [file, hash] of files) {
    if (!after.outputs.has(file)) problems.push(`${file} is missing`);
    else if (hash.length === 64 && after.outputs.get(file) !== hash)
      problems.push(`${file} has other bytes`);
  }
  for (const file of after.outputs.keys())
    if (!files.has(file)) problems.push(`${file} is left in the output folder`);
  return problems;
}

/** A run that fails because of the disk never reports a bug, and says what failed. */
function saidBadly({ code, stdout, stderr, events }: Ended): string[] {
  const failed = events.filter((event) => event.type === 'failed');
  return [
    ...(code === 0 || code === 1 ? [] : [`it ends with ${code}: ${stderr.trim()}`]),
    ...(/bug in tintype|"code":"internal"/.test(stdout + stderr)
      ? [`it calls it a bug: ${stderr.trim()} ${failed.map(({ message }) => message).join(', ')}`]
      : []),
    ...(code === 1 && failed.length === 0 && stderr === '' ? ['it says nothing'] : []),
  ];
}

function lastFailure({ events }: Ended): string {
  const failed = events.findLast((event) => event.type === 'failed');
  return failed?.type === 'failed' ? failed.message : '';
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
