import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TintypeError } from '../src/index.ts';
import { startOpenAiEmulator, type OpenAiEmulator } from './support/openai-emulator.ts';
import { testProject } from './support/project.ts';

let emulator: OpenAiEmulator;
beforeAll(async () => {
  emulator = await startOpenAiEmulator();
});
afterAll(() => emulator.close());
beforeEach(() => emulator.reset());

describe('smoke', () => {
  test('three images', async () => {
    await using project = await testProject(
      { 'a.images.yaml': 'images:\n  a: { prompt: a, decorative: true, quality: low }\n  b: { prompt: b, decorative: true, quality: low, input_images: ["tintype:a"] }\n' },
      emulator.baseUrl,
    );
    const { events, result, error } = await project.generate();
    console.error(error, events.map((e) => JSON.stringify(e)).join("\n"));
    expect(result?.bought).toBe(2);
    expect(emulator.ledger).toHaveLength(2);
    console.error(events.map((e) => JSON.stringify(e)).join('\n'));
  });
});
