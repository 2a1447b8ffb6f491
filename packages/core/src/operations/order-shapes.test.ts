import { expect, test } from 'vitest';
import { requestKey } from '../plan/request-key.ts';
import { readPurchaseOrder } from './order-shapes.ts';

const request = {
  provider: 'openai',
  model: 'gpt-image-2.6',
  prompt: 'an owl',
  size: '1024x1024',
  quality: 'low',
  background: 'auto',
};

/** An order as a run makes it, whose key is that of its request. */
function orderOf(request: object): object {
  return {
    id: 'owl',
    name: { id: 'owl' },
    manifest: 'a.images.yaml',
    line: 2,
    provider: 'openai',
    costUsd: null,
    key: requestKey(request as Parameters<typeof requestKey>[0]),
    request,
    call: { moderation: 'auto', userId: null, apiKeyName: null },
    isPicked: false,
    order: 'an-order',
    isOrderNamed: false,
    earlier: null,
    inputs: [],
    overlay: null,
  };
}

test('a worker refuses a request with a field of a newer version, which it would ignore', () => {
  expect(readPurchaseOrder(orderOf(request))).toMatchObject({ request });
  expect(() => readPurchaseOrder(orderOf({ ...request, lighting: 'dusk' }))).toThrow(
    'not requested: this worker does not know "lighting" of its request; upgrade the worker',
  );
});
