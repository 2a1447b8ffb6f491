import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folder, generate } from '@tintype/core';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { expect, onTestFinished, test } from 'vitest';
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

test.skipIf(missingRedis !== '')(
  `workers of two encoder versions fill one cache, and a run takes only files of its own version ${missingRedis}`,
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    await using api = await startOpenAiEmulator();
    await using made = await testProject(
      {
        'a.images.yaml':
          'images: { owl: { prompt: owl, decorative: true, size: 1024x1024, quality: low, widths: [64] } }',
        // Each process is another machine, with a cache of its own.
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
    const url = `${redis.url}?name=versions`;
    const shared = join(made.root, 'shared');
    /** What one machine makes, in a project without a cache. */
    const alone = async () => {
      await clear();
      expect((await made.generate()).result).toMatchObject({ delivered: 1 });
      return outputs();
    };
    const clear = async () => {
      for (const name of ['node_modules/.cache', 'public'])
        await rm(join(made.root, name), { recursive: true, force: true });
    };
    const outputs = () => hashesBelow(join(made.root, 'public'));
    const throughQueue = async () => {
      await clear();
      const events: Parameters<typeof eventsOf>[0][number][] = [];
      const cache = { remote: folder(shared), mode: 'readwrite' as const };
      const context = await made.context(
        { options: { cache }, env: { TINTYPE_CACHE_KEY: cacheKey } },
        (event) => events.push(event),
      );
      const workers = await openQueuedWorkers(url, context);
      const { bought, delivered } = await generate({ ...context, workers });
      await workers.close();
      expect({ bought, delivered }).toEqual({ bought: 0, delivered: 1 });
      const [counts] = eventsOf(events, 'shared-cache');
      return { fetched: counts?.fetched, uploaded: counts?.uploaded, outputs: await outputs() };
    };
    const entries = async () => (await filesBelow(shared)).size;
    const start = (name: string, env: NodeJS.ProcessEnv = {}) =>
      startWorker(made, url, api.baseUrl, ['--roles', 'encode'], {
        TINTYPE_CACHE_KEY: cacheKey,
        OWN_CACHE: join(made.root, name),
        ...env,
      });

    const expected = await alone();
    const other = await start('other', {
      NODE_OPTIONS: `--require ${join(made.root, 'other-version.cjs')}`,
    });
    const beside = await throughQueue();
    const generations = await entries();
    await stop(other);
    expect(beside).toEqual({ fetched: 0, uploaded: generations / 2, outputs: expected });

    await rm(shared, { recursive: true });
    const same = await start('same');
    const after = await throughQueue();
    await stop(same);
    expect(after).toEqual({ fetched: generations / 2, uploaded: 0, outputs: expected });
    expect(await entries()).toBe(generations / 2);
  },
);
