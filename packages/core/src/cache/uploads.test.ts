import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { unlessAborted } from '../process/unless-aborted.ts';
import { backgroundUploads } from './uploads.ts';

const never = async (stopped: AbortSignal) => unlessAborted(new Promise<void>(() => {}), stopped);

test('everything is written, a few entries at once', async () => {
  const uploads = backgroundUploads(3);
  let [running, most] = [0, 0];
  for (let at = 0; at < 20; at++) {
    uploads.add(async () => {
      most = Math.max(most, ++running);
      await setTimeout(2);
      running--;
    });
  }
  expect(await uploads.finish(5000)).toEqual({ uploaded: 20, notUploaded: 0, error: null });
  expect(most).toBe(3);
});

test('a write that takes too long is stopped, and counted', async () => {
  const uploads = backgroundUploads(2);
  uploads.add(async () => {});
  for (let at = 0; at < 5; at++) uploads.add(never);
  expect(await uploads.finish(30)).toEqual({ uploaded: 1, notUploaded: 5, error: null });
});

test('occasional failures stop nothing; three in a row do', async () => {
  const error = new Error('403');
  const fail = async () => {
    throw error;
  };
  const few = backgroundUploads(1);
  for (let at = 0; at < 9; at++) few.add(at % 3 === 0 ? async () => {} : fail);
  expect(await few.finish(5000)).toEqual({ uploaded: 3, notUploaded: 6, error });

  const many = backgroundUploads(1);
  let requests = 0;
  for (let at = 0; at < 9; at++) {
    many.add(async () => {
      requests++;
      return fail();
    });
  }
  expect(await many.finish(5000)).toEqual({ uploaded: 0, notUploaded: 9, error });
  expect(requests).toBe(3);
});
