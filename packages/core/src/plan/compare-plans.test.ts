import { expect, test } from 'vitest';
import { jobsOf } from '../../test/support/expand-text.ts';
import { emptyProject } from '../../test/support/empty-project.ts';
import { sha256 } from '../hash.ts';
import type { Key, Plan, StoreRecord } from '../types.ts';
import { comparePlans } from './compare-plans.ts';
import { type ProjectState, planJobs } from './plan-jobs.ts';

/** A plan of images, each `id: fields`. */
function planOf(images: Readonly<Record<string, string>>, state: Partial<ProjectState> = {}): Plan {
  const lines = Object.entries(images).map(
    ([id, fields]) => `  ${id}: { decorative: true, ${fields} }\n`,
  );
  return planJobs(jobsOf(`images:\n${lines.join('')}`), { ...emptyProject, ...state });
}

/** `hero: changed (prompt)` of each picture. */
function compared(before: Plan, after: Plan): string[] {
  return comparePlans({ ...before, ids: [] }, after).map(({ id, candidate, change, changed }) =>
    [
      candidate === null ? id : `${id} ${candidate}`,
      ': ',
      change,
      changed.length === 0 ? '' : ` (${changed.join(', ')})`,
    ].join(''),
  );
}

test('equal plans have no change, whatever is stored', () => {
  const images = { a: 'prompt: a', b: 'prompt: b, input_images: [tintype:a]' };
  const plan = planOf(images);
  const key = plan.requests[0]!.key!;
  const original = { sha256: sha256('bytes'), width: 1024, height: 1024 };
  const record = { key, original } as unknown as StoreRecord;
  const stored = new Map<Key, { kind: 'record'; record: StoreRecord }>([
    [key, { kind: 'record', record }],
  ]);
  const bought = planOf(images, { stored });
  expect(bought.requests.map(({ status }) => status)).toEqual(['stored', 'missing']);
  expect(compared(plan, bought)).toEqual(['a: same', 'b: same']);
});

test('a changed picture says what changed, and new and gone pictures are named', () => {
  const before = planOf({ a: 'prompt: a', b: 'prompt: b', gone: 'prompt: c' });
  const after = planOf({
    new: 'prompt: c',
    b: 'prompt: b',
    a: 'prompt: A, take: 2, size: 1024x1536',
  });
  expect(compared(before, after)).toEqual([
    'new: new',
    'b: same',
    'a: changed (prompt, size, take)',
    'gone: gone',
  ]);
});

test('a field that makes no other picture is no change', () => {
  const before = planOf({ a: 'prompt: a' });
  expect(compared(before, planOf({ a: 'prompt: a, widths: [320], moderation: low' }))).toEqual([
    'a: same',
  ]);
});

test('a change of an image changes everything that is made from it, by candidate', () => {
  const chain = (prompt: string) =>
    planOf({
      c: 'prompt: c, input_images: [tintype:b]',
      b: 'prompt: b, input_images: ["tintype:a@2"]',
      other: 'prompt: o, input_images: ["tintype:still"]',
      a: `prompt: ${prompt}, number_of_images: 2`,
      still: 'prompt: still',
    });
  expect(compared(chain('a'), chain('A'))).toEqual([
    'c: changed (input images)',
    'b: changed (input images)',
    'other: same',
    'a 1: changed (prompt)',
    'a 2: changed (prompt)',
    'still: same',
  ]);
});

test('a candidate that is added or removed is a new or a gone picture', () => {
  const [one, three] = [
    planOf({ a: 'prompt: a' }),
    planOf({ a: 'prompt: a, number_of_images: 3' }),
  ];
  expect(compared(one, three)).toEqual(['a 1: same', 'a 2: new', 'a 3: new']);
  expect(compared(three, one)).toEqual(['a: same', 'a 2: gone', 'a 3: gone']);
});

test('an image that had a mistake before counts as changed, not as new', () => {
  const after = planOf({ a: 'prompt: a', b: 'prompt: b' });
  const before = { requests: [], ids: ['a', 'x'] };
  expect(comparePlans(before, after)).toEqual([
    { id: 'a', candidate: null, change: 'changed', changed: [] },
    { id: 'b', candidate: null, change: 'new', changed: [] },
    { id: 'x', candidate: null, change: 'gone', changed: [] },
  ]);
});
