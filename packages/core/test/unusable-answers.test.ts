import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, serverError } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { openAi } from '../src/provider/openai/openai.ts';
import { eventsOf, useApi } from './support/api.ts';
import { isQueued, testProject } from './support/project.ts';

const api = useApi();

const ids = Array.from({ length: 24 }, (_, at) => `i${at}`);

function projectOf(provider = 'openai') {
  const images = ids.map(
    (id) =>
      `  ${id}: { prompt: ${id}, provider: ${provider}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`,
  );
  return testProject({ 'a.images.yaml': `images:\n${images.join('')}` }, api().baseUrl);
}

const jpegs = (times: number): Fault[] =>
  Array.from({ length: times }, () => ({ kind: 'mislabelled-format', format: 'jpeg' }));
const server = (originalFormat: 'png' | 'any') => ({
  mine: openAi({ baseUrl: api().baseUrl, originalFormat }),
});

describe('a set-up that makes every answer unusable', () => {
  // A worker may have begun its next job, and even ended it, when the run takes its jobs back.
  test.each(isQueued ? [1] : [1, 4])(
    'stops the run before it buys the batch, %i at a time',
    async (concurrency) => {
      api().fail(jpegs(24));
      await using project = await projectOf();
      const { result, events } = await project.generate({ options: { concurrency } });
      expect(result).toMatchObject({ bought: api().ledger.length, failed: 24, delivered: 0 });
      expect(api().ledger.length).toBeLessThanOrEqual(Math.max(2, concurrency));
      const stopped = eventsOf(events, 'failed').filter(({ isFollowing }) => isFollowing === true);
      expect(stopped).toHaveLength(24 - api().ledger.length);
      expect(eventsOf(events, 'warning').map(({ code }) => code)).toContain('unusable-answers');
      expect(stopped[0]!.message).toMatch(/two answers of openai.*jpeg.*originalFormat: 'any'/);
      const rejected = await readdir(join(project.root, '.tintype/rejected'));
      expect(rejected).toHaveLength(api().ledger.length);
    },
  );

  test('with the right option, what was kept aside is used and not bought again', async () => {
    api().fail(jpegs(24));
    await using project = await projectOf('mine');
    await project.generate({ options: { providers: server('png') } });
    const bought = api().ledger.length;
    const { result } = await project.generate({ options: { providers: server('any') } });
    expect(result).toMatchObject({ bought: 24 - bought, failed: 0, delivered: 24 });
    expect(api().ledger).toHaveLength(24);
  });
});

test('one unusable answer stops nothing', async () => {
  api().fail(jpegs(1));
  await using project = await projectOf();
  const { result } = await project.generate();
  expect(result).toMatchObject({ bought: 24, failed: 1, delivered: 23 });
});

test.skipIf(isQueued)(
  'what may have been billed is counted separately from what was billed',
  async () => {
    api().fail(serverError(500, { billed: true }));
    await using project = await projectOf();
    const { result, events } = await project.generate({ ids: ['i0'] });
    expect(result).toMatchObject({ bought: 1, failed: 0 });
    expect(result!.maybeBilledUsd).toBeGreaterThan(0);
    expect(eventsOf(events, 'done')).toMatchObject([{ maybeBilledUsd: result!.maybeBilledUsd }]);
    expect((await project.generate({ ids: ['i0'] })).result).toMatchObject({ maybeBilledUsd: 0 });
  },
);
