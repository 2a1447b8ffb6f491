import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimFile } from '../../src/process/claim-file.ts';
import { hashesBelow, openScene, type Scene } from './scene.ts';
import type { Ended } from './tintype-process.ts';

export interface RaceResult {
  readonly name: string;
  readonly processes: number;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
  readonly boughtTwice: number;
}

const ids = ['ada', 'bob', 'cid', 'dan', 'eve', 'fay'];
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none }\n`).join('')}`;

type Race = (
  scene: Scene,
  problems: string[],
) => Promise<{ processes: number; mayBeTwice?: string }>;

/** Several processes on one project and one store. */
export const races: Readonly<Record<string, Race>> = {
  'four at once, and one that may not buy': async (scene, problems) => {
    const runs = Array.from({ length: 4 }, () => scene.run());
    const frozen = scene.run({ args: ['--missing', 'fail', '--reporter', 'json'] });
    for (const { code, stderr, events } of await Promise.all(runs)) {
      if (code !== 0) problems.push(`a run ends with ${code}: ${stderr.trim()}`);
      if (events.some(isMaybeBilled))
        problems.push('what another process is at is called "maybe billed"');
    }
    // Delivers what is stored by then, and never buys the rest.
    const { code, events } = await frozen;
    if (code !== 3 && code !== 0) problems.push(`the frozen run ends with ${code}`);
    if (events.some(({ type }) => type === 'generating')) problems.push('the frozen run buys');
    await expectOutputs(scene, problems);
    return { processes: 5 };
  },

  'four, of which the one that is asking is killed': async (scene, problems) => {
    const runs = Array.from({ length: 4 }, () => scene.start());
    await asked(scene);
    const victim = await firstAsking(runs);
    victim.child.kill('SIGKILL');
    const killedAt = performance.now();
    const others = await Promise.all(
      runs.filter((run) => run !== victim).map(({ ended }) => ended),
    );
    for (const { code, stderr } of others)
      if (code !== 0) problems.push(`a run ends with ${code}: ${stderr.trim()}`);
    // A holder that cannot be seen would count as dead after 45 s.
    if (performance.now() - killedAt > 40_000) problems.push('taking over takes too long');
    const twice = idsBilledTwice(scene);
    for (const id of twice) {
      if (
        !others.some(({ events }) =>
          events.some((event) => isMaybeBilled(event) && event.message.includes(`"${id}"`)),
        )
      )
        problems.push(`${id} is asked for again without a word`);
    }
    await expectOutputs(scene, problems, twice);
    return { processes: 4, mayBeTwice: 'said' };
  },

  'two, of which the one that is asking is stopped for a while': async (scene, problems) => {
    const first = scene.start();
    await asked(scene);
    first.child.kill('SIGSTOP');
    const before = scene.api.ledger.length;
    const second = scene.start();
    await sleep(3000);
    const taken = scene.api.ledger
      .slice(0, before)
      .filter(
        ({ prompt }) => scene.api.ledger.filter((entry) => entry.prompt === prompt).length > 1,
      );
    if (taken.length > 0) problems.push('a stopped process is taken for a dead one');
    first.child.kill('SIGCONT');
    for (const { code, stderr, events } of await Promise.all([first.ended, second.ended])) {
      if (code !== 0) problems.push(`a run ends with ${code}: ${stderr.trim()}`);
      if (events.some(isMaybeBilled))
        problems.push('what another process is at is called "maybe billed"');
    }
    await expectOutputs(scene, problems);
    return { processes: 2 };
  },

  'three that make different images': async (scene, problems) => {
    const pairs = [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)];
    const runs = pairs.map((pair) => scene.run({ args: [...pair, '--reporter', 'json'] }));
    for (const { code, stderr, events } of await Promise.all(runs)) {
      if (code !== 0) problems.push(`a run ends with ${code}: ${stderr.trim()}`);
      if (events.some(({ type }) => type === 'removed')) problems.push('a run removes something');
    }
    await expectOutputs(scene, problems);
    return { processes: 3 };
  },

  'one that is killed half-way through its files, after one beside it ended': async (
    scene,
    problems,
  ) => {
    // Compares only names, because a file that is being written gets another name a moment later.
    const outputs = (): Promise<string[]> =>
      readdir(join(scene.project, 'public/images')).catch(() => []);
    const victim = scene.start({
      args: ['ada', 'bob', '--concurrency', '1', '--reporter', 'json'],
    });
    while (!(await outputs()).includes('ada.jpeg')) await sleep(5);
    victim.child.kill('SIGSTOP');
    const beside = await scene.run({ args: ['cid', '--reporter', 'json'] });
    if (beside.code !== 0) problems.push(`the run beside ends with ${beside.code}`);
    victim.child.kill('SIGKILL');
    await victim.ended;
    if (!(await outputs()).includes('ada.jpeg'))
      problems.push('a file of the other run is removed');
    const { code, stderr } = await scene.run();
    if (code !== 0) problems.push(`the next run ends with ${code}: ${stderr.trim()}`);
    await expectOutputs(scene, problems, idsBilledTwice(scene));
    return { processes: 3, mayBeTwice: 'what was in flight when it was killed' };
  },

  'one that waits for another, which dies with the bytes on the disk': async (scene, problems) => {
    const { stdout } = await scene.run({ args: ['plan', '--json'] });
    const { key } = (JSON.parse(stdout) as { images: { key: string }[] }).images[0]!;
    const attempt = `.tintype/attempts/${key.slice(0, 6)}…`;
    const step = `rename project/${attempt}.received #1`;
    await scene.run({ fault: { kind: 'kill', step, when: 'after' } });
    // This process plays the holder, which lives until the other process waits for it.
    const claim = await claimFile(join(scene.project, `.tintype/attempts/${key}.claim`), never);
    const waiting = scene.start();
    await Promise.race([allOthersAsked(scene), waiting.ended]);
    await claim?.release();
    const { code, stderr, events } = await waiting.ended;
    if (code !== 0) problems.push(`the run ends with ${code}: ${stderr.trim()}`);
    if (events.some((event) => event.type === 'generating' && event.key === key))
      problems.push('what was on the disk is asked for again');
    await expectOutputs(scene, problems, idsBilledTwice(scene));
    return { processes: 2, mayBeTwice: 'what was in flight beside it' };
  },

  'one that buys, and plans beside it': async (scene, problems) => {
    const buying = scene.start();
    await asked(scene);
    for (let plans = 0; plans < 3; plans++) {
      const { stdout, code } = await scene.run({ args: ['plan', '--json'] });
      if (code !== 0) problems.push(`plan ends with ${code}`);
      if (/may have been billed/.test(stdout))
        problems.push('plan calls what another process is at "maybe billed"');
    }
    const { code } = await buying.ended;
    if (code !== 0) problems.push(`the run ends with ${code}`);
    await expectOutputs(scene, problems);
    return { processes: 4 };
  },
};

export async function runRace(name: string): Promise<RaceResult> {
  await using scene = await openScene(
    { 'a.images.yaml': manifest },
    { latencyMs: name.startsWith('four at') ? 150 : 1500 },
  );
  const problems: string[] = [];
  const { processes, mayBeTwice } = await races[name]!(scene, problems);
  const twice = idsBilledTwice(scene);
  const isAllowed = mayBeTwice !== undefined && scene.api.ledger.length <= 2 * ids.length;
  if (!isAllowed) problems.push(...twice.map((id) => `${id} is bought twice`));
  const later = await scene.run();
  if (
    later.code !== 0 ||
    later.events.some(({ type }) => type === 'written' || type === 'generating')
  )
    problems.push('a later run finds something to do');
  const left = [...(await hashesBelow(join(scene.project, '.tintype'))).keys()].filter(
    (file) => !/^(records|originals)\/[^.]+\.(json|png)$|^\.git(attributes|ignore)$/.test(file),
  );
  problems.push(...left.map((file) => `${file} is left behind`));
  return { name, processes, problems, boughtTwice: isAllowed ? 0 : twice.length };
}

/** Waits until a picture is requested. */
async function asked({ api }: Scene): Promise<void> {
  while (api.ledger.length === 0) await sleep(10);
}

/** Waits until every picture but the first was requested. The killed process may also have requested some. */
async function allOthersAsked({ api }: Scene): Promise<void> {
  const asked = () => new Set(api.ledger.map(({ prompt }) => prompt)).size;
  while (asked() < ids.length) await sleep(10);
}

const never = new AbortController().signal;

/** The process id in the claims of attempts. */
async function firstAsking<T extends { child: { pid?: number | undefined } }>(
  runs: readonly T[],
): Promise<T> {
  for (;;) {
    for (const run of runs) {
      const dir = `/proc/${run.child.pid}/cwd/.tintype/attempts`;
      const claims = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith('.claim'));
      for (const claim of claims) {
        const [token = ''] = await readdir(join(dir, claim)).catch(() => []);
        const text = await readFile(join(dir, claim, token), 'utf8').catch(() => '');
        if (text.includes(`"pid":${run.child.pid},`)) return run;
      }
    }
    await sleep(5);
  }
}

function isMaybeBilled(
  event: Ended['events'][number],
): event is Extract<Ended['events'][number], { type: 'warning' }> {
  return event.type === 'warning' && event.code === 'maybe-billed';
}

function idsBilledTwice({ api }: Scene): string[] {
  return ids.filter((id) => api.ledger.filter(({ prompt }) => prompt === id).length > 1);
}

async function expectOutputs(
  { project, api }: Scene,
  problems: string[],
  again: readonly string[] = [],
): Promise<void> {
  const outputs = [...(await hashesBelow(join(project, 'public/images'))).keys()];
  const wanted = [...ids.map((id) => `${id}.jpeg`), 'tintype.assets.json'].toSorted();
  if (JSON.stringify(outputs) !== JSON.stringify(wanted))
    problems.push(`the outputs are ${outputs.join(', ')}`);
  const originals = new Set((await hashesBelow(join(project, '.tintype'))).values());
  for (const id of ids) {
    const entries = api.ledger.filter(({ prompt }) => prompt === id);
    if (entries.length > (again.includes(id) ? 2 : 1))
      problems.push(`${id} is billed ${entries.length} times`);
    if (!entries.some(({ pictures }) => pictures.some((hash) => originals.has(hash))))
      problems.push(`no original of ${id} is stored`);
  }
}
