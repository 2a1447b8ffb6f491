import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@tintype/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { hashesBelow } from '../../core/test/support/files.ts';
import { commitAll, git } from '../../core/test/support/git.ts';
import { testKey } from '../../core/test/support/project.ts';
import type { PlanDocument } from '../src/format/plan-document.ts';
import { type Finished, runBin } from './support/run-bin.ts';

const api = useApi();

const manifest = `defaults: { quality: low, size: 1408x480, decorative: true, output_format: jpeg }
images:
  hero: { prompt: hero }
  night: { prompt: night, input_images: [tintype:hero] }
  cat: { prompt: cat, widths: [640] }
  twin: { prompt: cat }
  "icon-{{ n }}": { prompt: "icon {{ n }}", each: [{ n: a }, { n: b }, { n: c }] }
`;
const prompts = ['cat', 'hero', 'icon a', 'icon b', 'icon c', 'night'];

let folder: string;
/** The repository that every job clones. */
let origin: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-shards-'));
  origin = join(folder, 'origin');
  mkdirSync(origin);
  writeFileSync(join(origin, 'package.json'), '{}');
  writeFileSync(join(origin, '.gitignore'), 'node_modules\npublic\nshards\n');
  writeFileSync(join(origin, 'site.images.yaml'), manifest);
  git(origin, 'init', '--quiet');
  commitAll(origin);
});
afterAll(() => rmSync(folder, { recursive: true }));

function clone(name: string): string {
  git(folder, 'clone', '--quiet', origin, name);
  return join(folder, name);
}

function tintype(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const own = { HOME: cwd, OPENAI_API_KEY: testKey, OPENAI_BASE_URL: api().baseUrl };
  return runBin(cwd, args, { ...own, ...env });
}

function eventsIn({ stdout }: Finished): Event[] {
  const lines = stdout.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Event);
}

test('jobs in separate clones buy each picture once, and the last job merges and builds', async () => {
  const whole = clone('whole');
  const planned = await tintype(whole, ['plan', '--json']);
  const high = (JSON.parse(planned.stdout) as PlanDocument).totals.costUsd!.high;
  expect((await tintype(whole, [])).code).toBe(0);
  const expected = await hashesBelow(join(whole, 'public'));
  const costUsd = api().ledger.reduce((sum, entry) => sum + entry.costUsd, 0);
  api().reset();

  const site = clone('site');
  const ran = await Promise.all(
    [1, 2, 3].map(async (index) => {
      const job = clone(`job-${index}`);
      const args = ['--max-cost', String(high), '--reporter', 'json'];
      const finished =
        index === 3
          ? await tintype(job, args, { TINTYPE_SHARD: '3/3' })
          : await tintype(job, [...args, '--shard', `${index}/3`]);
      // Copies what a job uploads and the last job downloads.
      for (const folder of ['.tintype', 'node_modules/.cache/tintype'])
        cpSync(join(job, folder), join(site, 'shards', `shard-${index}`, folder), {
          recursive: true,
        });
      return finished;
    }),
  );
  for (const { code, stderr } of ran) expect([code, stderr]).toEqual([0, '']);
  expect(billedPrompts(api())).toEqual(prompts);
  const done = ran.map((finished) => eventsIn(finished).at(-1)!);
  expect(done).toMatchObject(
    [1, 2, 3].map((index) => ({ type: 'done', shard: { index, count: 3 } })),
  );

  const before = api().requests.length;
  const folders = [1, 2, 3].map((index) => `shards/shard-${index}`);
  const merged = await tintype(site, ['merge', ...folders], { TINTYPE_SHARD: '1/3' });
  expect(merged.code).toBe(0);
  expect(merged.stderr).toMatch(/^planned 7 pictures: 7 stored\n(delivered .*\n){7}$/);
  expect(merged.stdout).toContain('3 shards merged, with 6 purchases that are new here.\n');
  expect(merged.stdout).toContain('6 pictures bought for $');
  expect(merged.stdout).toContain('git add');
  expect(await hashesBelow(join(site, 'public'))).toEqual(expected);
  const again = await tintype(site, ['merge', ...folders, '--reporter', 'json']);
  const total = eventsIn(again).at(-1) as Extract<Event, { type: 'done' }>;
  expect(total).toMatchObject({ type: 'done', bought: 6, written: 0, failed: 0 });
  expect(total.costUsd).toBeCloseTo(costUsd, 6);

  const plain = await tintype(site, []);
  expect(plain).toMatchObject({ code: 0, stdout: 'Nothing to do: 7 pictures are up to date.\n' });
  expect(api().requests).toHaveLength(before);
  expect(readFileSync(join(site, 'shards/shard-1/node_modules/.cache/tintype/v2/index'))).toEqual(
    readFileSync(join(folder, 'job-1/node_modules/.cache/tintype/v2/index')),
  );
});

test('plan says what a shard does, and what all of them cost', async () => {
  const root = clone('planned');
  const all = JSON.parse((await tintype(root, ['plan', '--json'])).stdout) as PlanDocument;
  expect(all).not.toHaveProperty('shard');
  const ids: string[] = [];
  for (const index of [1, 2]) {
    const { code, stdout } = await tintype(root, ['plan', '--json', '--shard', `${index}/2`]);
    const plan = JSON.parse(stdout) as PlanDocument;
    expect(code).toBe(0);
    expect(plan.shard).toEqual({ index, count: 2, run: all.totals });
    ids.push(...plan.images.map(({ id }) => id));
  }
  expect(ids.toSorted()).toEqual(all.images.map(({ id }) => id).toSorted());
  const { stdout } = await tintype(root, ['plan', '--shard', '1/1', '--max-cost', '0.001']);
  expect(stdout).toContain('Shard 1/1: 7 pictures: 6 missing, 1 blocked\n');
  expect(stdout).toMatch(
    /\nAll 1 shard together: 7 pictures, \$0\.\d+–\$0\.\d+\.\nThat is more than the budget/,
  );
});

test('a shard without images has nothing to do, and an invalid shard is exit 2', async () => {
  const root = clone('empty');
  writeFileSync(
    join(root, 'site.images.yaml'),
    'images:\n  one: { prompt: one, decorative: true }\n',
  );
  const codes = await Promise.all(
    ['1/3', '2/3', '3/3'].map(async (shard) => (await tintype(root, ['--shard', shard])).code),
  );
  expect(codes).toEqual([0, 0, 0]);
  expect(billedPrompts(api())).toEqual(['one']);
  const none = await tintype(root, ['--shard', '4/3']);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('such as 2/5 for the second of five (at most 9999), not "4/3"');
  const wrong = await tintype(root, ['plan'], { TINTYPE_SHARD: 'x' });
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('TINTYPE_SHARD must be the number of a shard');
  expect(await tintype(root, ['merge'])).toMatchObject({ code: 2 });
  const nothing = await tintype(root, ['merge', 'nowhere']);
  expect(nothing).toMatchObject({ code: 2 });
  expect(nothing.stderr).toContain('is not the folder of a shard');
});
