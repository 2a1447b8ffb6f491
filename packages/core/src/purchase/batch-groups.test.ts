import { describe, expect, test } from 'vitest';
import { orderOf } from '../../test/support/order.ts';
import { limits } from '../fields.ts';
import { sha256 } from '../hash.ts';
import { openAi } from '../provider/openai/openai.ts';
import type { Request, ResolvedRequest } from '../types.ts';
import { batchGroups } from './batch-groups.ts';
import type { BatchState } from './collect-batches.ts';

const provider = openAi({});
const maxLines = provider.batches!.maxLines;

function resolved(count: number, request: Partial<Request> = {}): ResolvedRequest[] {
  return Array.from({ length: count }, (_, at) => {
    const order = orderOf({ ...request, prompt: `picture ${at}` });
    return { key: order.key, request: order.request, provider: 'openai' } as ResolvedRequest;
  });
}

function collected(lines: number, isForLater: boolean): BatchState {
  const batch = { provider: 'openai', lines: resolved(lines) };
  const look = { state: 'refused', isForLater };
  return { batch, state: 'refused', look, problem: 'no' } as unknown as BatchState;
}

const sizesOf = (requests: readonly ResolvedRequest[], states: readonly BatchState[] = []) =>
  batchGroups(requests, states, () => provider).map((group) => group.requests.length);

describe('requests are divided into batches', () => {
  test('of one model and one endpoint each', () => {
    const edit = { input_images: [sha256('a picture')] };
    const requests = [
      ...resolved(2, { model: 'gpt-image-2' }),
      ...resolved(3, { model: 'gpt-image-1.5' }),
      ...resolved(4, { model: 'gpt-image-2', ...edit }),
    ];
    const groups = batchGroups(requests, [], () => provider);
    expect(groups.map((group) => group.requests.length)).toEqual([2, 3, 4]);
    for (const group of groups) {
      const kinds = group.requests.map(({ request }) => [
        request.model,
        request.input_images === undefined,
      ]);
      expect(new Set(kinds.map((kind) => kind.join(' '))).size).toBe(1);
    }
  });

  test('with at most as many lines as fit, and each request once', () => {
    const requests = resolved(2 * maxLines + 1);
    expect(sizesOf(requests)).toEqual([maxLines, maxLines, 1]);
    const all = batchGroups(requests, [], () => provider).flatMap((group) => group.requests);
    expect(all).toEqual(requests);
  });

  test('whose files have less than the 200 MB and 50,000 lines that OpenAI takes, whatever the prompts are', () => {
    // A character that JSON spells in six bytes.
    const longest = JSON.stringify('\u0001'.repeat(limits.promptLength));
    expect(maxLines).toBeLessThanOrEqual(50_000);
    expect(maxLines * (Buffer.byteLength(longest) + 5000)).toBeLessThan(200_000_000);
  });

  test('of half the size after one that the account had no room for', () => {
    expect(sizesOf(resolved(4), [collected(4, true)])).toEqual([2, 2]);
    expect(sizesOf(resolved(3), [collected(4, true), collected(2, true)])).toEqual([1, 1, 1]);
    // One of another model says nothing about these.
    expect(sizesOf(resolved(4, { model: 'gpt-image-1.5' }), [collected(4, true)])).toEqual([4]);
  });

  test('that are not ordered if the provider has just refused one of them for good', () => {
    const [group] = batchGroups(resolved(2), [collected(2, false)], () => provider);
    expect(group!.refusal).toMatchObject({ code: 'refused' });
    expect(batchGroups(resolved(2), [], () => provider)[0]!.refusal).toBeNull();
  });
});
