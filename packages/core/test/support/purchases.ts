import { requestKey } from '../../src/plan/request-key.ts';
import type { Purchase } from '../../src/store/store.ts';
import type { Attempt, Key, Request } from '../../src/types.ts';

/** The request with this prompt in tests of a store. */
export function requestOf(prompt: string): Request {
  return {
    provider: 'openai',
    model: 'm',
    prompt,
    size: '8x8',
    quality: 'low',
    background: 'auto',
  };
}

export function keyOf(prompt: string): Key {
  return requestKey(requestOf(prompt));
}

export function bytesOf(prompt: string): Buffer {
  return Buffer.from(`the picture of ${prompt}`);
}

export function purchaseOf(prompt: string, changes: Partial<Purchase> = {}): Purchase {
  return {
    key: keyOf(prompt),
    request: requestOf(prompt),
    bytes: bytesOf(prompt),
    info: { format: 'png', width: 8, height: 8, hasAlpha: false },
    rejected: null,
    usage: null,
    costUsd: 0.01,
    requestId: 'req_1',
    createdAt: new Date('2026-11-23T12:00:00Z'),
    ...changes,
  };
}

export function attemptOf(prompt: string, changes: Partial<Attempt> = {}): Attempt {
  return {
    version: 1,
    key: keyOf(prompt),
    imageId: prompt,
    manifest: 'site.images.yaml',
    order: 'order-1',
    request: requestOf(prompt),
    startedAt: '2026-11-23T12:00:00.000Z',
    outcome: null,
    requestId: null,
    usage: null,
    ...changes,
  };
}

/** Purchases with different keys and the same bytes. */
export function onePicture(prompt: string) {
  return purchaseOf(prompt, { bytes: Buffer.from('one picture') });
}
