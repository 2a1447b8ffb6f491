import { rateLimited } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { runDamages, storeDamages, variantDamages } from './damages.ts';
import { diskRows, runDisk, runFullDisk } from './failing-disks.ts';
import { mainCommands, openPlanter } from './planted-runs.ts';
import { hostileRows, runHostile } from './hostile-inputs.ts';
import { type Blow, openStriker, stories } from './strikes.ts';
import { races, runRace } from './races.ts';
import { isLong, some } from '../support/test-mode.ts';
import { openScene } from './scene.ts';

/** The tests start many processes one after the other, and the machine may be busy. */
const patience = { timeout: 600_000 };

/** `bench/robustness.ts` does more, with hundreds of kills. */
describe.concurrent('a run that is killed loses nothing and buys nothing twice', patience, () => {
  /** The steps that end each stage of a purchase and of a delivery. */
  const ends = [
    /handle.writeFile .+\.received/,
    /^link .+attempts\/[^/]+\.json #1$/,
    /rename .+\.received/,
    /rename .+originals/,
    /link .+records/,
    /rename .+\.tintype-writing-/,
    /unlink .+\.received/,
    /rename .+\.jpeg #1$/,
  ];

  test.each(stories.filter(({ cannot }) => cannot === undefined))('in $name', async (story) => {
    await using striker = await openStriker();
    const steps = await striker.steps(story);
    // Each story is killed at other stages.
    const chosen = some(ends, 4, stories.indexOf(story));
    const blows = chosen.flatMap((end): Blow[] => {
      const step = steps.find((step) => end.test(step));
      return step === undefined ? [] : [{ kind: 'kill', step, when: 'after' }];
    });
    expect(blows.length).toBeGreaterThan(isLong ? 6 : 1);
    for (const blow of [...blows, { kind: 'at', ms: 700 } as const]) {
      const result = await striker.strike(story, blow);
      expect(result).toMatchObject({ blow, problems: [], lost: 0, boughtTwice: 0 });
    }
  });
});

test(
  'a run that is killed while it copies an output leaves no incomplete output',
  patience,
  async () => {
    const story = stories.find(({ cannot }) => cannot !== undefined)!;
    await using striker = await openStriker();
    const copies = (await striker.steps(story)).filter((step) => /^copyFile .+public/.test(step));
    expect(copies.length).toBeGreaterThan(1);
    for (const step of [copies[0]!, copies.at(-1)!]) {
      const blow = { kind: 'kill', step, when: 'during' } as const;
      const result = await striker.strike(story, blow);
      expect(result).toMatchObject({
        blow,
        wasKilled: true,
        problems: [],
        lost: 0,
        boughtTwice: 0,
      });
    }
  },
);

describe('processes side by side buy each picture once', patience, () => {
  test.each(Object.keys(races).filter((name) => /^four|killed half-way/.test(name)))(
    '%s',
    async (name) => {
      expect(await runRace(name)).toMatchObject({ problems: [], boughtTwice: 0 });
    },
  );
});

describe.concurrent('a disk that refuses', patience, () => {
  test.each(
    diskRows.filter(({ name }) =>
      (isLong
        ? /bytes that arrive$|note after the answer|the record|the cache|one output/
        : /^the (bytes that arrive|note after the answer|record|cache)$/
      ).test(name),
    ),
  )('$name', async (row) => {
    expect((await runDisk(row, 'ENOSPC')).problems).toEqual([]);
  });

  test('the note of a paid answer, after a call that was refused: the answer is what is reported', async () => {
    const image = 'prompt: ada, quality: low, size: 1408x480, decorative: true, placeholder: none';
    await using scene = await openScene({ 'a.images.yaml': `images: { ada: { ${image} } }` });
    scene.api.fail(rateLimited({ retryAfterMs: 10 }));
    // The notes of both calls are linked, and the note of the answer replaces the second.
    const pattern = String.raw`^(link|rename) .+attempts/[^/]+\.json`;
    const fault = { kind: 'fail', pattern, code: 'ENOSPC', from: 3 } as const;
    const first = await scene.run({ fault });
    expect(first.events.filter(({ type }) => type === 'failed')).toMatchObject([
      { code: 'store-not-writable', maybeBilled: true },
    ]);
    expect((await scene.run()).code).toBe(0);
    expect(scene.api.ledger).toHaveLength(1);
  });

  test.each(['EPERM', 'ENOTSUP', 'EISDIR'])('links, with %s', async (code) => {
    const row = {
      name: code,
      pattern: '^link ',
      exit: 0,
      bought: 3,
      delivered: 3,
      says: null,
    } as const;
    expect((await runDisk(row, code)).problems).toEqual([]);
  });

  test('anything, because it is full', async () => {
    expect((await runFullDisk())?.problems ?? []).toEqual([]);
  });
});

test('damage is found, and nothing is bought again', patience, async () => {
  const results = await runDamages(storeDamages.slice(4, 6), variantDamages.slice(0, 1));
  for (const result of results) expect(result).toMatchObject({ problems: [], boughtTwice: 0 });
});

test('hostile input ends in one clear message, and nothing is sent', patience, async () => {
  const rows = hostileRows.filter((_, index) => index % 10 === 0);
  const bad = (await runHostile(rows)).filter(({ problems }) => problems.length > 0);
  expect(bad).toEqual([]);
});

/** One plant of each of the most dangerous kinds. The short form plants every other one. */
const samples = some(
  [
    /^attempts: key, 1 of/,
    /^claims: token, 1 of/,
    /^records: original\.sha256, 1 of/,
    /^pins of inputs: info, 1 of/,
    /^journals: names\.\*, 1 of/,
    /^asset map: images\.\*\.files\.\*\.file, 1 of/,
    /^tintype\.config\.json: outDir, 12 of/,
    /^folders: \.tintype\/attempts: a link to its files outside/,
  ],
  2,
);

test(
  'files that a clone plants touch nothing outside, and lose and buy nothing',
  patience,
  async () => {
    await using planter = await openPlanter();
    const { plants } = planter;
    const chosen = plants.filter(({ kind, name }) =>
      samples.some((sample) => sample.test(`${kind}: ${name}`)),
    );
    expect(chosen).toHaveLength(samples.length);
    for (const plant of chosen) {
      expect(await planter.run(plant, mainCommands)).toMatchObject({
        problems: [],
        outsideTouched: 0,
        lost: 0,
        boughtTwice: 0,
        hung: 0,
        stackTraces: 0,
      });
    }
  },
);
