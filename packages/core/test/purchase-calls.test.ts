import { createHook } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { useApi } from './support/api.ts';
import { isQueued, testProject } from './support/project.ts';

const api = useApi();

// A queued run has its workers in this process, and they are measured with it.
test.skipIf(isQueued)('a purchase and its file are handed to other threads few times', async () => {
  const [one, four] = [await callsFor(1), await callsFor(4)];
  // They were 134, then 89, and are 21 (2026-11-30): flushes, and the picture's own bytes. Each costs a worker more processor
  // time than the call itself.
  expect((four - one) / 3).toBeLessThan(25);
});

/** How often a run that buys so many pictures waits for another thread's call to the file system. */
async function callsFor(pictures: number): Promise<number> {
  const ids = Array.from({ length: pictures }, (_, at) => `p${at}`);
  const manifest = `defaults: { quality: low, size: 1408x480, crop: 64x64, formats: [jpeg], placeholder: none, decorative: true }\nimages:\n${ids.map((id) => `  ${id}: { prompt: ${pictures} ${id} }\n`).join('')}`;
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  let calls = 0;
  const init = (_: number, type: string): void => void (type.startsWith('FSREQ') && calls++);
  const hook = createHook({ init }).enable();
  const { result } = await project.generate({});
  hook.disable();
  expect(result).toMatchObject({ bought: pictures });
  return calls;
}
