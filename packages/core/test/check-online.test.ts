import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { checkProject, type TimedEvent } from '../src/index.ts';
import { testKey, testProject } from './support/project.ts';

const manifest = `images:
  old:
    prompt: x
    model: gpt-image-1.5
    decorative: true
  odd:
    prompt: x
    model: gpt-image-99
    decorative: true
  new:
    prompt: x
    decorative: true
`;

async function check(baseUrl: string, isOnline: boolean) {
  await using project = await testProject({ 'a.images.yaml': manifest }, baseUrl);
  const events: TimedEvent[] = [];
  const context = await project.context({});
  const result = await checkProject(
    { ...context, report: (event) => events.push(event) },
    { isOnline },
  );
  const found = events.flatMap((event) =>
    event.type === 'diagnostic' ? [`${event.line}:${event.column} ${event.code}`] : [],
  );
  return { result, found, report: JSON.stringify(events) };
}

test('a check warns about models that will be shut down, and only --online asks the API, at no cost', async () => {
  await using emulator = await startOpenAiEmulator();
  const offline = await check(emulator.baseUrl, false);
  expect(offline.found).toEqual(['4:12 model-shutting-down', '8:12 unknown-model']);
  expect(emulator.requests).toHaveLength(0);

  const online = await check(emulator.baseUrl, true);
  expect(online.found).toContain('8:12 unknown-model');
  expect(online.result).toMatchObject({ errors: 0, images: 3 });
  expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/models']);
  expect(emulator.ledger).toHaveLength(0);
});

test('an API that does not answer is a warning, without the key', async () => {
  await using emulator = await startOpenAiEmulator({ apiKeys: ['another'] });
  const { found, report } = await check(emulator.baseUrl, true);
  expect(found).toContain('4:12 not-checked');
  expect(report).not.toContain(testKey);
});
