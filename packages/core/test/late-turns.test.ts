import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Provider } from '../src/index.ts';
import { testProject } from './support/project.ts';

const manifest =
  'images: { hat: { prompt: A hat, decorative: true, provider: mine, model: any, size: auto } }';

test('a request that is late waits for another turn, and leaves no note if the run is interrupted then', async () => {
  await using made = await testProject({ 'a.images.yaml': manifest });
  let time = Date.parse('2026-11-23T12:00:00Z');
  const ctrlC = new AbortController();
  const bytes = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#d00' } })
    .png()
    .toBuffer();
  let sent = 0;
  const mine: Provider = {
    apiKeyName: null,
    inputs: null,
    originalFormat: null,
    refuse: () => null,
    generate: async ({ beforePaying }) => {
      // Such as an upload that takes long.
      time += 1000;
      await beforePaying?.();
      sent++;
      return { bytes, usage: null, requestId: null, warnings: [], limit: null };
    },
  };
  const options = { providers: { mine }, allowUnpriced: true, imagesPerMinute: 1 };
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
    time += ms;
  };
  const interrupting = async (): Promise<void> => ctrlC.abort();
  const now = () => new Date(time);

  const first = await made.generate({
    options,
    signal: ctrlC.signal,
    clock: { now, sleep: interrupting },
  });
  expect(first.error).toMatchObject({ code: 'interrupted' });
  expect(sent).toBe(0);
  expect((await made.plan({ options })).totals).toMatchObject({ missing: 1, attempted: 0 });

  const second = await made.generate({ options, clock: { now, sleep } });
  expect(second.result).toMatchObject({ bought: 1 });
  expect(sent).toBe(1);
  expect(waits).toEqual([59_000]);
});
