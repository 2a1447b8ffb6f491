import { describe, expect, test } from 'vitest';
import { jobsOf } from '../../test/support/expand-text.ts';
import { sha256 } from '../hash.ts';
import type { Request } from '../types.ts';
import { emptyProject } from '../../test/support/empty-project.ts';
import { planJobs } from './plan-jobs.ts';
import { requestKey } from './request-key.ts';
import { wantedRecords } from './wanted-records.ts';

const scene = 'hero: { prompt: A keeper, decorative: true }';
const night = 'night: { prompt: At night, input_images: [tintype:hero], decorative: true }';

/** Whether a manifest of these images, with nothing stored, needs the record of a request. */
function isWanted(images: readonly string[], request: Partial<Request>, provider = 'openai') {
  const text = `images:\n${images.map((image) => `  ${image}\n`).join('')}`;
  const plan = planJobs(jobsOf(text, { provider }), emptyProject);
  const complete: Request = {
    provider: 'openai',
    model: 'gpt-image-2.5-flare',
    prompt: 'A keeper',
    size: '1024x1024',
    quality: 'auto',
    background: 'auto',
    ...request,
  };
  return wantedRecords(plan)({ key: requestKey(complete), request: complete });
}

test('a plan wants only the records that an image needs', () => {
  expect(isWanted([scene], {})).toBe(true);
  for (const other of [{ prompt: 'Another' }, { take: 2 }, { candidate: 2 }, { quality: 'low' }]) {
    expect(isWanted([scene], other), JSON.stringify(other)).toBe(false);
  }
});

describe('an image that waits for another', () => {
  const request = { prompt: 'At night', input_images: [sha256('some hero')] };

  test('needs every record that differs only in the input that it waits for', () => {
    expect(isWanted([scene, night], request)).toBe(true);
    expect(isWanted([scene, night], { ...request, mask: sha256('a mask') })).toBe(true);
    expect(isWanted([scene, night], { ...request, prompt: 'At noon' })).toBe(false);
    expect(isWanted([scene, night], { ...request, take: 2 })).toBe(false);
    expect(isWanted([scene, night], { ...request, provider: 'replicate' })).toBe(false);
  });

  test('needs no record once it is gone', () => {
    expect(isWanted([scene], request)).toBe(false);
  });
});

test('an image that is only drawn needs the records of every provider', () => {
  expect(isWanted([scene], {}, 'offline')).toBe(true);
  expect(isWanted([scene], { provider: 'replicate' }, 'offline')).toBe(true);
  expect(isWanted([scene], { prompt: 'Another' }, 'offline')).toBe(false);
  const request = { prompt: 'At night', input_images: [sha256('some hero')] };
  expect(isWanted([scene, night], request, 'offline')).toBe(true);
});
