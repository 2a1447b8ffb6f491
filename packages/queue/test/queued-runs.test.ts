import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { expect, onTestFinished, test } from 'vitest';
import { generate } from '@tintype/core';
import { testProject } from '../../core/test/support/project.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';
import { withWorkers } from './support/with-workers.ts';

test.skipIf(missingRedis !== '')(`a run buys through a queue ${missingRedis}`, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  await using api = await startOpenAiEmulator();
  await using made = await testProject(
    {
      'a.images.yaml':
        'images:\n  a: { prompt: an owl, alt: a }\n  b: { prompt: a fox, alt: b, input_images: [tintype:a] }\n',
    },
    api.baseUrl,
  );
  const context = await made.context();
  const result = await withWorkers(redis.url, context, (queued) => generate(queued));
  expect(result).toMatchObject({ bought: 2, failed: 0, delivered: 2 });
  expect(api.requests).toHaveLength(2);
});
