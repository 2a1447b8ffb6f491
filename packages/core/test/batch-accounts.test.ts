/** Machines that share a remote, and have keys of two accounts. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenAiEmulator } from '@tintype/emulators/openai';
import OpenAI, { toFile } from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folder, mergeShards, openBatches, submitBatches } from '../src/index.ts';
import type { Remote } from '../src/remote/remote.ts';
import type { Batch } from '../src/types.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { type Outcome, testKey, testProject, type TestProject } from './support/project.ts';
import { watchedRemote } from './support/watched-remote.ts';

const image = (id: string) =>
  `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`;
const files = { 'a.images.yaml': `images:\n${image('fox')}${image('owl')}` };

const first = useApi();
const second = useApi();
let bucket: string;
beforeEach(async () => {
  bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
});
const projects: TestProject[] = [];
afterEach(async () => {
  for (const project of projects.splice(0)) await project[Symbol.asyncDispose]();
  await rm(bucket, { recursive: true });
});

interface Machine {
  readonly project: TestProject;
  readonly env: Readonly<Record<string, string>>;
}

const machine = async (api: OpenAiEmulator, env: Machine['env'] = {}): Promise<Machine> => {
  const project = await testProject(files, api.baseUrl);
  projects.push(project);
  return { project, env };
};
const ours = () => machine(first());
const theirs = () => machine(second(), { OPENAI_API_KEY: 'sk-of-another-account' });

const sharing = (remote: Remote = folder(bucket)) => ({ store: { originals: remote } });
const submit = async ({ project, env }: Machine, remote?: Remote) =>
  submitBatches(await project.context({ options: sharing(remote), env }), []);
const generate = ({ project, env }: Machine): Promise<Outcome> =>
  project.generate({ options: sharing(), env });
const openNotes = async ({ project }: Machine): Promise<readonly Batch[]> =>
  openBatches(await project.context({ options: sharing() }));
const sold = ({ batches, ledger }: OpenAiEmulator): number => batches.all.length + ledger.length;
const batchWarnings = ({ events }: Outcome): string[] =>
  eventsOf(events, 'warning').flatMap(({ code, message }) => (code === 'batch' ? [message] : []));

/** The other machine runs while ours uploads, so it gets a note of a batch that has neither a file nor an id. */
async function withOldCopy(our: Machine, their: Machine): Promise<void> {
  let puts = 0;
  const remote = watchedRemote(folder(bucket), async (operation, name) => {
    if (operation !== 'put' || !name.startsWith('batches/') || ++puts !== 2) return;
    const early = await generate(their);
    expect(eventsOf(early.events, 'failed')).toMatchObject([
      { code: 'ordered' },
      { code: 'ordered' },
    ]);
  });
  expect(await submit(our, remote)).toMatchObject({ pictures: 2 });
  expect(await openNotes(their)).toMatchObject([{ fileId: null, batchId: null }]);
}

/** Takes what is known of its file and its id from a batch's note, as if its process had died before it could note that. */
async function forgetSteps({ project }: Machine, changes: Partial<Batch> = {}): Promise<void> {
  for (const dir of [join(bucket, 'batches'), join(project.root, '.tintype/batches')])
    for (const name of await readdir(dir)) {
      const note = JSON.parse(await readFile(join(dir, name), 'utf8')) as Batch;
      const early = { ...note, fileId: null, batchId: null, dueAt: null, ...changes };
      await writeFile(join(dir, name), JSON.stringify(early));
    }
}

test('a machine with an old copy of a note, and another account, orders and buys nothing of the batch', async () => {
  const [our, their] = [await ours(), await theirs()];
  await withOldCopy(our, their);
  const again = await generate(their);
  expect(eventsOf(again.events, 'failed')).toMatchObject([
    { code: 'ordered' },
    { code: 'ordered' },
  ]);
  expect(batchWarnings(again)).toHaveLength(1);
  expect(sold(second())).toBe(0);
  expect(await openNotes(their)).toEqual(await openNotes(our));

  await first().batches.finishAll();
  expect((await generate(our)).result).toMatchObject({ bought: 0, delivered: 2 });
  // Now that it is collected, the other machine needs its account no more.
  const last = await generate(their);
  expect(last.result).toMatchObject({ bought: 0, delivered: 2 });
  expect(batchWarnings(last)).toEqual([]);
  expect(await openNotes(their)).toEqual([]);
  expect(billedPrompts(first())).toEqual(['fox', 'owl']);
  expect(sold(second())).toBe(0);
});

test('an old copy of the note of a batch that was collected meanwhile is removed, with any account', async () => {
  const [our, their] = [await ours(), await theirs()];
  await withOldCopy(our, their);
  await first().batches.finishAll();
  expect((await generate(our)).result).toMatchObject({ bought: 0, delivered: 2 });
  const last = await generate(their);
  expect(last.result).toMatchObject({ bought: 0, delivered: 2 });
  expect(await openNotes(their)).toEqual([]);
  expect(sold(second())).toBe(0);
});

test('a note without a file stays open with another account, and the one that ordered finds the batch', async () => {
  const [our, their] = [await ours(), await theirs()];
  await submit(our);
  await forgetSteps(our);
  expect(await submit(their)).toMatchObject({ pictures: 0 });
  const outcome = await generate(their);
  expect(outcome.result).toMatchObject({ bought: 0, failed: 2 });
  expect(batchWarnings(outcome).join()).toContain('it may be of another account');
  expect(sold(second())).toBe(0);
  await first().batches.finishAll();
  expect((await generate(our)).result).toMatchObject({ bought: 0, delivered: 2 });
  expect((await generate(their)).result).toMatchObject({ bought: 0, delivered: 2 });
  expect(billedPrompts(first())).toEqual(['fox', 'owl']);
  expect(sold(second())).toBe(0);
});

test.each([
  ['the key that ordered it', {}, {}, 2],
  ['another key', { OPENAI_API_KEY: 'sk-another-key' }, {}, 0],
  ['a key of an unknown account', {}, { account: undefined }, 0],
] as const)(
  'a batch whose process died before it uploaded anything is given up only with %s',
  async (_, env, changes, pictures) => {
    const our = await ours();
    await submit(our);
    await forgetSteps(our, changes as Partial<Batch>);
    first().reset();
    expect(await submit({ ...our, env })).toMatchObject({ pictures });
    expect(first().batches.all).toHaveLength(pictures / 2);
  },
);

test('a person who knows that nothing was ordered can say so in the account', async () => {
  const our = await ours();
  await submit(our);
  const [note] = await openNotes(our);
  await forgetSteps(our);
  first().reset();
  const other = { ...our, env: { OPENAI_API_KEY: 'sk-another-key' } };
  expect(await submit(other)).toMatchObject({ pictures: 0 });
  const client = new OpenAI({ apiKey: 'sk-another-key', baseURL: first().baseUrl });
  const file = await toFile(Buffer.from('{}\n'), `tintype-${note!.name}-removed.jsonl`);
  await client.files.create({ file, purpose: 'batch' });
  expect(await submit(other)).toMatchObject({ pictures: 2 });
});

test('of two copies of a note, the one that is further on counts: from a shard, and in a merge conflict', async () => {
  const [part, whole] = [await ours(), await ours()];
  await submitBatches(await part.project.context(), []);
  const [note] = await openBatches(await part.project.context());
  const [early, uploaded] = [
    { ...note!, fileId: null, batchId: null, dueAt: null },
    { ...note!, batchId: null, dueAt: null },
  ].map((one) => JSON.stringify(one));
  const file = `.tintype/batches/${note!.name}.json`;
  const conflict = `<<<<<<< HEAD\n${early}\n=======\n${uploaded}\n>>>>>>> other\n`;
  await whole.project.write(file, conflict);
  expect(await openNotes(whole)).toMatchObject([{ fileId: note!.fileId, batchId: null }]);

  await whole.project.write(file, early!);
  await mergeShards(await whole.project.context(), [part.project.root]).catch(() => {});
  expect(await openNotes(whole)).toEqual([note]);
});

test('a shard with an old copy of a note does not put it over the note in the remote', async () => {
  const [our, their] = [await ours(), await ours()];
  await withOldCopy(our, their);
  const whole = await ours();
  const context = await whole.project.context({ options: sharing() });
  await mergeShards(context, [their.project.root]).catch(() => {});
  const [note] = await openNotes(our);
  expect(note).toMatchObject({ batchId: expect.any(String) });
  expect(await openNotes(whole)).toEqual([note]);
  const there = await readFile(join(bucket, 'batches', `${note!.name}.json`), 'utf8');
  expect(JSON.parse(there)).toEqual(note);
});

test('a note shows nothing of the key, and differs between batches of one account', async () => {
  const our = await ours();
  await submit(our);
  await our.project.write('a.images.yaml', `images:\n${image('elk')}`);
  await submit(our);
  const [one, two] = await openNotes(our);
  expect(one!.account).toMatch(/^[0-9a-f]{32}$/);
  expect(one!.account).not.toBe(two!.account);
  expect(JSON.stringify([one, two])).not.toContain(testKey);
});
