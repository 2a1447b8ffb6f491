import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folder, generate } from '@tintype/core';
import { type OpenAiEmulator, startOpenAiEmulator } from '@tintype/emulators/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsOf } from '../../core/test/support/api.ts';
import { filesBelow, hashesBelow } from '../../core/test/support/files.ts';
import { testProject } from '../../core/test/support/project.ts';
import { openQueuedWorkers } from '../src/queued-workers.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';
import { startWorker, stop } from './support/worker-process.ts';

const core = join(import.meta.dirname, '../../core/src/index.ts');
const cacheKey = 'c0ffee'.repeat(10);
/** Another release of sharp. It makes the same bytes, but says that its version is another one. */
const otherVersion = `const fs = require('node:fs');
const { readFileSync } = fs;
fs.readFileSync = (path, ...options) => {
  const text = readFileSync(path, ...options);
  return /[\\\\/]sharp[\\\\/]package\\.json$/.test(String(path))
    ? String(text).replace(/"version": "[^"]+"/, '"version": "0.0.1"')
    : text;
};
require('node:module').syncBuiltinESMExports();
`;

describe.skipIf(missingRedis !== '')(`workers that encode ${missingRedis}`, () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let api: OpenAiEmulator;
  beforeAll(async () => {
    redis = await startRedis();
    api = await startOpenAiEmulator();
  });
  afterAll(async () => {
    await api?.close();
    await redis?.stop();
  });

  test('those of two encoder versions fill one cache, and a run takes only files of its own version', async () => {
    await using machines = await encodingMachines('versions');
    const expected = await machines.alone();
    const other = await machines.startWorker('other', {
      NODE_OPTIONS: `--require ${join(machines.root, 'other-version.cjs')}`,
    });
    const beside = await machines.throughQueue();
    const generations = await machines.entries();
    await stop(other);
    expect(beside).toEqual({ fetched: 0, uploaded: generations / 2, outputs: expected });

    await machines.clear('shared');
    const same = await machines.startWorker('same');
    const after = await machines.throughQueue();
    await stop(same);
    expect(after).toEqual({ fetched: generations / 2, uploaded: 0, outputs: expected });
    expect(await machines.entries()).toBe(generations / 2);
  });

  test('encode as thoroughly as the CI that orders it, although they are in no CI', async () => {
    await using machines = await encodingMachines('thorough');
    const quick = await machines.alone();
    const thorough = (await machines.throughCache({ CI: 'true' })).outputs;
    expect(thorough).not.toEqual(quick);

    await machines.clear('shared');
    const worker = await machines.startWorker('worker');
    const { uploaded, outputs } = await machines.throughQueue({ CI: 'true' });
    await stop(worker);
    expect({ uploaded, outputs }).toEqual({ uploaded: 0, outputs: thorough });
  });

  /** A bought picture, and machines that share the files made of it. Each has a cache of its own. `name`: the queue's. */
  async function encodingMachines(name: string) {
    const project = await testProject(
      {
        'a.images.yaml':
          'images: { owl: { prompt: owl, decorative: true, size: 1024x1024, quality: low, formats: [avif, webp], widths: [64] } }',
        'tintype.config.mjs': `import { folder } from ${JSON.stringify(core)};
export default {
  cacheDir: process.env.OWN_CACHE,
  cache: { remote: folder(import.meta.dirname + '/shared'), mode: 'readwrite' },
};
`,
        'other-version.cjs': otherVersion,
      },
      api.baseUrl,
    );
    const url = `${redis.url}?name=${name}`;
    const shared = join(project.root, 'shared');
    const clear = async (...more: readonly string[]) => {
      for (const folderName of ['node_modules/.cache', 'public', ...more])
        await rm(join(project.root, folderName), { recursive: true, force: true });
    };
    const outputs = () => hashesBelow(join(project.root, 'public'));
    const run = async (env: Readonly<Record<string, string>>, isQueued: boolean) => {
      await clear();
      const events: Parameters<typeof eventsOf>[0][number][] = [];
      const cache = { remote: folder(shared), mode: 'readwrite' as const };
      const context = await project.context(
        { options: { cache }, env: { TINTYPE_CACHE_KEY: cacheKey, ...env } },
        (event) => events.push(event),
      );
      const workers = isQueued ? await openQueuedWorkers(url, context) : null;
      const { bought, delivered } = await generate({ ...context, workers });
      await workers?.close();
      expect({ bought, delivered }).toEqual({ bought: 0, delivered: 1 });
      const [counts] = eventsOf(events, 'shared-cache');
      return { fetched: counts?.fetched, uploaded: counts?.uploaded, outputs: await outputs() };
    };
    return {
      root: project.root,
      clear,
      /** What one machine makes, in a project without a cache. */
      alone: async () => {
        await clear();
        expect((await project.generate()).result).toMatchObject({ delivered: 1 });
        return outputs();
      },
      throughCache: (env: Readonly<Record<string, string>>) => run(env, false),
      throughQueue: (env: Readonly<Record<string, string>> = {}) => run(env, true),
      startWorker: (folderName: string, env: NodeJS.ProcessEnv = {}) =>
        startWorker(project, url, api.baseUrl, ['--roles', 'encode'], {
          TINTYPE_CACHE_KEY: cacheKey,
          OWN_CACHE: join(project.root, folderName),
          ...env,
        }),
      entries: async () => (await filesBelow(shared)).size,
      [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
    };
  }
});
