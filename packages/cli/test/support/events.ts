import type { Event, TimedEvent } from '@tintype/core';

/** One event of each kind. */
export const EVENTS: { readonly [Type in Event['type']]: Extract<Event, { type: Type }> } = {
  diagnostic: {
    type: 'diagnostic',
    severity: 'error',
    code: 'unknown-field',
    message: 'unknown field "prmpt"; did you mean "prompt"?',
    file: 'site.images.yaml',
    line: 3,
    column: 5,
    frame: '  2 | hero:\n> 3 |   prmpt: x\n    |   ^^^^^',
  },
  warning: {
    type: 'warning',
    code: 'maybe-billed',
    message: 'hero was requested before',
    manifest: 'site.images.yaml',
    line: 2,
  },
  planned: {
    type: 'planned',
    images: 4,
    stored: 1,
    missing: 3,
    blocked: 0,
    ordered: 0,
    costUsd: 0.1264,
    deliveries: 4,
    toBuy: 3,
  },
  generating: { type: 'generating', id: 'hero', key: 'a1' },
  waiting: { type: 'waiting', id: 'hero', key: 'ab12', ms: 4000 },
  waited: { type: 'waited', id: 'hero', key: 'ab12', ms: 5000 },
  partial: { type: 'partial', id: 'hero', key: 'a1', number: 1, file: '/tmp/partial/1.png' },
  generated: { type: 'generated', id: 'hero', key: 'a1', costUsd: 0.0132, ms: 12_300 },
  failed: {
    type: 'failed',
    id: 'cart',
    key: 'b2',
    code: 'moderation',
    message: 'refused by the safety system',
    maybeBilled: false,
    manifest: 'site.images.yaml',
    line: 22,
  },
  pending: {
    type: 'pending',
    id: 'owl',
    key: 'c3',
    message: '1 picture is ordered in a batch; run tintype batch collect',
    dueAt: '2026-11-23T12:00:00.000Z',
    manifest: 'site.images.yaml',
    line: 30,
  },
  delivered: {
    type: 'delivered',
    id: 'hero',
    files: 6,
    bytes: 182_000,
    originalBytes: 1_400_000,
    isChanged: true,
  },
  written: { type: 'written', file: 'hero.avif', bytes: 48_211 },
  removed: { type: 'removed', file: 'old.webp' },
  'shared-cache': {
    type: 'shared-cache',
    remote: 's3://team/cache',
    fetched: 24,
    missing: 12,
    slower: 2,
    refused: 0,
    failed: 0,
    uploaded: 14,
    notUploaded: 0,
  },
  done: {
    type: 'done',
    delivered: 3,
    bought: 2,
    failed: 1,
    pending: 0,
    costUsd: 0.0264,
    maybeBilledUsd: 0,
    written: 18,
    removed: 1,
  },
};

export function timed(event: Event): TimedEvent {
  return { ...event, time: '2026-11-22T12:00:00.000Z' };
}

export const ALL_EVENTS: readonly TimedEvent[] = Object.values(EVENTS).map(timed);
