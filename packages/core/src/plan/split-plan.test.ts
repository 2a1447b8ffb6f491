import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobsOf } from '../../test/support/expand-text.ts';
import { emptyProject } from '../../test/support/empty-project.ts';
import { sha256 } from '../hash.ts';
import type { InputReference, Key, Plan, Sha256, StoreRecord } from '../types.ts';
import { type ProjectState, planJobs } from './plan-jobs.ts';
import { planOfShard, shardOf, splitPlan } from './split-plan.ts';

/** A project of images, each `id: fields`. */
function planOf(images: Readonly<Record<string, string>>, state: Partial<ProjectState> = {}): Plan {
  const lines = Object.entries(images).map(
    ([id, fields]) => `  ${id}: { decorative: true, ${fields} }\n`,
  );
  return planJobs(jobsOf(`images:\n${lines.join('')}`), { ...emptyProject, ...state });
}

/** The shard of each image, by its id. */
function shardsOf(plan: Plan, count: number): Record<string, number> {
  return Object.fromEntries([...splitPlan(plan, count)].map(([{ id }, shard]) => [id, shard]));
}

const graph = {
  hero: 'prompt: A keeper',
  night: 'prompt: At night, input_images: [tintype:hero]',
  later: 'prompt: At dawn, input_images: [tintype:night]',
};

describe('the split', () => {
  test('is by the key', () => {
    const plan = planOf({ a: 'prompt: a', b: 'prompt: b', c: 'prompt: c', d: 'prompt: d' });
    const shards = splitPlan(plan, 3);
    for (const { job, key } of plan.requests) expect(shards.get(job)).toBe(shardOf(key!, 3));
    expect(new Set(shards.values()).size).toBeGreaterThan(1);
  });

  test('of 10,000 keys into 7 shards is even within a tenth', () => {
    const sizes = Array.from({ length: 7 }, () => 0);
    for (let n = 0; n < 10_000; n++) sizes[shardOf(sha256(`${n}`), 7) - 1]!++;
    expect(Math.min(...sizes)).toBeGreaterThan((0.9 * 10_000) / 7);
    expect(Math.max(...sizes)).toBeLessThan((1.1 * 10_000) / 7);
  });

  test('keeps images together that are made from each other, whatever else the plan has', () => {
    const others = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`x${n}`, `prompt: x${n}`]),
    );
    for (const count of [2, 3, 5, 7]) {
      const alone = shardsOf(planOf(graph), count);
      expect(new Set(Object.values(alone)).size).toBe(1);
      expect(shardsOf(planOf({ ...others, ...graph }), count)).toMatchObject(alone);
    }
  });

  test('puts the images of two graphs into one shard if an image uses both', () => {
    const two = { ...graph, cat: 'prompt: A cat' };
    const joined = { ...two, both: 'prompt: Both, input_images: [tintype:cat, tintype:later]' };
    expect(new Set(Object.values(shardsOf(planOf(joined), 9999))).size).toBe(1);
    expect(new Set(Object.values(shardsOf(planOf(two), 9999))).size).toBe(2);
  });

  test('puts identical requests, and all candidates of an image, into one shard', () => {
    const images = {
      one: 'prompt: The same',
      four: 'prompt: The same, number_of_images: 4',
      child: 'prompt: A child, input_images: ["tintype:four@3"]',
      twin: 'prompt: A child, input_images: ["tintype:four@3"]',
    };
    expect(new Set(Object.values(shardsOf(planOf(images), 9999))).size).toBe(1);
    // More candidates change nothing.
    const { one } = images;
    expect(shardsOf(planOf({ one }), 9999)).toEqual({ one: shardsOf(planOf(images), 9999).one });
  });

  test('is the same when a part is stored', () => {
    const before = planOf(graph);
    const stored = storedOf(before);
    const after = planOf(graph, { stored });
    expect(after.requests.map(({ status }) => status)).toEqual(['stored', 'missing', 'blocked']);
    expect(shardsOf(after, 9999)).toEqual(shardsOf(before, 9999));
  });

  test('puts each key into one shard, also if two originals happen to have the same bytes', () => {
    const images = {
      a: 'prompt: a',
      b: 'prompt: b',
      fromA: 'prompt: The same, input_images: [tintype:a]',
      fromB: 'prompt: The same, input_images: [tintype:b]',
    };
    const ids = { a: images.a, b: images.b, 'from-a': images.fromA, 'from-b': images.fromB };
    const before = planOf(ids);
    const plan = planOf(ids, { stored: storedOf(before, () => sha256('the same bytes')) });
    const [fromA, fromB] = plan.requests.slice(2);
    expect(fromA!.key).toBe(fromB!.key);
    const shards = shardsOf(plan, 9999);
    expect(shards['from-a']).toBe(shards['from-b']);
  });

  test('puts an image with an https: input into the same shard before and after it is fetched', () => {
    const images = { a: 'prompt: a, input_images: ["https://example.com/a.png"]' };
    const before = planOf(images);
    const reference = before.jobs[0]!.picture.inputs[0] as InputReference & { kind: 'url' };
    expect(before.requests[0]!.key).toBeNull();
    const jobs = before.jobs;
    const info = { format: 'png', width: 8, height: 8, hasAlpha: false };
    const file = { file: reference.url, sha256: sha256('fetched'), info };
    const after = planJobs(jobs, { ...emptyProject, inputs: new Map([[reference, file]]) });
    expect(after.requests[0]!.key).not.toBeNull();
    expect(shardsOf(after, 9999)).toEqual(shardsOf(before, 9999));
  });
});

/** Records of the images that are made from no other image. */
function storedOf(
  { requests }: Plan,
  hashOf: (key: Key) => Sha256 = (key) => sha256(`bytes of ${key}`),
): ProjectState['stored'] {
  return new Map(
    requests.flatMap(({ key, request, job }) => {
      if (key === null || request === null || job.picture.inputs.length > 0) return [];
      const info = { format: 'png', width: 8, height: 8, hasAlpha: false };
      const original = { ...info, sha256: hashOf(key), bytes: 1 };
      const record = { version: 1, key, request, original } as StoreRecord;
      return [[key, { kind: 'record', record } as const]];
    }),
  );
}

/** Images that may use earlier ones, share prompts, and have candidates. */
const projects = fc
  .array(
    fc.record({
      prompt: fc.integer({ min: 0, max: 12 }),
      candidates: fc.integer({ min: 1, max: 3 }),
      from: fc.array(fc.nat(), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .map((images) =>
    Object.fromEntries(
      images.map(({ prompt, candidates, from }, at) => {
        const inputs = [...new Set(at === 0 ? [] : from.map((n) => `tintype:i${n % at}`))];
        const fields = `prompt: p${prompt}, number_of_images: ${candidates}`;
        return [
          `i${at}`,
          inputs.length === 0 ? fields : `${fields}, input_images: [${inputs.join(', ')}]`,
        ];
      }),
    ),
  );

test('shards have every row of a run once, no key twice, and no row that waits for another shard', () => {
  fc.assert(
    fc.property(projects, fc.integer({ min: 1, max: 7 }), (images, count) => {
      const whole = planOf(images);
      const parts = Array.from({ length: count }, (_, at) =>
        planOfShard(whole, whole, { index: at + 1, count }),
      );
      const rows = parts.flatMap(({ requests }) => requests);
      expect(rows).toHaveLength(whole.requests.length);
      expect(new Set(rows)).toEqual(new Set(whole.requests));
      const keys = parts.flatMap(({ requests }) => [...new Set(requests.map(({ key }) => key))]);
      const known = keys.filter((key) => key !== null);
      expect(new Set(known).size).toBe(known.length);
      for (const { jobs } of parts) {
        const ids = new Set(jobs.map(({ id }) => id));
        for (const { picture } of jobs)
          for (const input of picture.inputs)
            expect(input.kind === 'image' && ids.has(input.id)).toBe(true);
      }
      const cost = parts.reduce((sum, { totals }) => sum + (totals.costUsd?.high ?? 0), 0);
      expect(cost).toBeCloseTo(whole.totals.costUsd!.high, 6);
      for (const { shard } of parts) expect(shard?.run).toEqual(whole.totals);
    }),
  );
});

test('a new image moves no other image to another shard', () => {
  fc.assert(
    fc.property(projects, fc.integer({ min: 1, max: 7 }), (images, count) => {
      const before = shardsOf(planOf(images), count);
      const after = shardsOf(planOf({ added: 'prompt: quite another', ...images }), count);
      expect(after).toMatchObject(before);
    }),
  );
});
