import { describe, expect, test } from 'vitest';
import type { Key, Request, Stored, StoreRecord } from '../types.ts';
import { cpuMsOf } from '../../test/support/cpu-time.ts';
import { explainMissing } from './explain-missing.ts';
import { requestKey } from './request-key.ts';

const hat: Request = {
  provider: 'openai',
  model: 'gpt-image-2',
  prompt: 'a hat',
  size: '1024x1024',
  quality: 'low',
  background: 'auto',
};

function storeOf(...requests: readonly Request[]): Map<Key, Stored> {
  return new Map(
    requests.map((request, index) => {
      const key = requestKey(request);
      const provenance = { createdAt: `2026-11-0${index + 1}` };
      return [key, { kind: 'record', record: { key, request, provenance } as StoreRecord }];
    }),
  );
}

const nothing: ReadonlySet<Key> = new Set();
const short = (request: Request) => `${requestKey(request).slice(0, 8)}…`;

describe('a missing original', () => {
  test('is new if nothing is stored', () => {
    expect(explainMissing(new Map(), nothing)(hat)).toBe('new');
  });

  test.each([
    ['prompt', { prompt: 'a red hat' }],
    ['model', { model: 'gpt-image-1.5' }],
    ['provider', { provider: 'replicate' }],
    ['size', { size: '1536x1024' }],
    ['quality', { quality: 'high' }],
    ['background', { background: 'opaque' }],
    ['complexity', { complexity: 'high' }],
    ['input fidelity', { input_fidelity: 'high' }],
    ['input images', { input_images: [requestKey(hat)] }],
    ['mask', { mask: requestKey(hat) }],
    ['take', { take: 2 }],
    ["provider's inputs", { provider_inputs: { seed: 1 } }],
  ] satisfies [string, Partial<Request>][])('says that its %s changed', (name, change) => {
    const explain = explainMissing(storeOf(hat), nothing);
    expect(explain({ ...hat, ...change })).toBe(`${name} changed since ${short(hat)}`);
  });

  test('is new if two fields differ', () => {
    const explain = explainMissing(storeOf(hat), nothing);
    expect(explain({ ...hat, prompt: 'a cap', quality: 'high' })).toBe('new');
  });

  test('is new if another candidate has the same request', () => {
    expect(explainMissing(storeOf(hat), nothing)({ ...hat, candidate: 2 })).toBe('new');
    const second = { ...hat, candidate: 2 };
    expect(explainMissing(storeOf(second), nothing)({ ...second, prompt: 'a cap' })).toBe(
      `prompt changed since ${short(second)}`,
    );
  });

  test('is new if a manifest still needs the similar one', () => {
    const explain = explainMissing(storeOf(hat), new Set([requestKey(hat)]));
    expect(explain({ ...hat, prompt: 'a cap' })).toBe('new');
  });

  test('is compared with the original that was stored last', () => {
    const cap = { ...hat, prompt: 'a cap' };
    const explain = explainMissing(storeOf(hat, cap), nothing);
    expect(explain({ ...hat, prompt: 'a bonnet' })).toBe(`prompt changed since ${short(cap)}`);
  });

  describe('if records say which image they were bought for', () => {
    const image = { id: 'hat', manifest: 'a.images.yaml' };
    const boughtFor = (owner: typeof image, ...requests: readonly Request[]) =>
      new Map(
        [...storeOf(...requests)].map(([key, entry]) => [
          key,
          entry.kind === 'record'
            ? { ...entry, record: { ...entry.record, boughtFor: owner } }
            : entry,
        ]),
      );

    test('every change since the last original of the same image is named', () => {
      const explain = explainMissing(boughtFor(image, hat), nothing);
      expect(explain({ ...hat, prompt: 'a cap', quality: 'high' }, image)).toBe(
        `prompt, quality changed since ${short(hat)}`,
      );
    });

    test.each([
      ['another image', { ...image, id: 'cap' }],
      ['an image of another manifest', { ...image, manifest: 'b.images.yaml' }],
    ])('the record of %s explains nothing, however much alike', (_, other) => {
      const explain = explainMissing(boughtFor(other, hat), nothing);
      expect(explain({ ...hat, prompt: 'a cap' }, image)).toBe('new');
    });

    test('a candidate is compared with the same candidate', () => {
      const explain = explainMissing(boughtFor(image, hat), nothing);
      expect(explain({ ...hat, prompt: 'a cap', candidate: 2 }, image)).toBe('new');
    });
  });

  test('is not compared with a damaged record', () => {
    const damaged = new Map<Key, Stored>([[requestKey(hat), { kind: 'damaged', reason: 'torn' }]]);
    expect(explainMissing(damaged, nothing)({ ...hat, prompt: 'a cap' })).toBe('new');
  });

  test('is explained in time that grows with the project, not with its square', () => {
    const many = Array.from({ length: 4000 }, (_, index) => ({ ...hat, prompt: `hat ${index}` }));
    const stored = storeOf(...many);
    const reasons = new Set<string>();
    const ms = cpuMsOf(() => {
      const explain = explainMissing(stored, nothing);
      for (const request of many) reasons.add(explain({ ...request, size: '8x8' }));
    });
    expect(reasons.size).toBe(many.length);
    expect(ms).toBeLessThan(5000);
  });
});
