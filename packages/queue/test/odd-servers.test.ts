import { writeFile } from 'node:fs/promises';
import type { Context } from '@tintype/core';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testProject } from '../../core/test/support/project.ts';
import { operateQueue } from '../src/operate-queue.ts';
import { openQueuedWorkers } from '../src/queued-workers.ts';
import { runWorker } from '../src/run-worker.ts';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

const secret = 'a-SECRET-of-the-queue';

describe.skipIf(missingRedis !== '')(`a Redis ${missingRedis}`, () => {
  test('that refuses the password is named at once, without the password', async () => {
    const { url, ask } = await redisWith();
    await ask('CONFIG', 'SET', 'requirepass', 'another');
    const wrong = url.replace('//', `//:${secret}@`);
    await expectRefusal(wrong, {
      code: 'queue-unavailable',
      message: /WRONGPASS.*; check the user and the password/,
    });
    await expectRefusal(url, {
      code: 'queue-unavailable',
      message: /NOAUTH.*; check the user and the password/,
    });
  });

  test('whose user may not do what a queue does is named at once', async () => {
    const { url, ask } = await redisWith();
    await ask('ACL', 'SETUSER', 'reader', 'on', `>${secret}`, '~*', '+ping', '+select', '+client');
    await expectRefusal(url.replace('//', `//reader:${secret}@`), {
      code: 'queue-unavailable',
      message: /NOPERM.*; give its user all commands/,
    });
  });

  test.each([
    ['a node of a Redis Cluster', { more: ['--cluster-enabled', 'yes'] }],
    ['a Redis Sentinel', { isSentinel: true }],
  ])('that is %s is refused at once, and the message says what to give', async (what, options) => {
    const { url } = await redisWith(options);
    await expectRefusal(url, {
      code: 'config',
      message: new RegExp(
        `is ${what}, which cannot hold a queue; give the URL of one Redis server`,
      ),
    });
  });

  async function redisWith(options: Parameters<typeof startRedis>[0] = {}) {
    const server = await startRedis(options);
    onTestFinished(() => server.stop());
    const ask = async (command: string, ...rest: string[]): Promise<void> => {
      const client = new Redis(server.url);
      await client.call(command, ...rest);
      client.disconnect();
    };
    return { url: server.url, ask };
  }
});

describe.skipIf(missingPostgres !== '')(`a PostgreSQL ${missingPostgres}`, () => {
  test('that refuses the password is named at once, without the password', async () => {
    const { url, ask } = await postgres();
    await ask(`create role worker login password 'another'`);
    const { hba } = (await ask(`select current_setting('hba_file') as hba`)) as { hba: string };
    const hosts = ['worker 127.0.0.1/32 scram-sha-256', 'all 127.0.0.1/32 trust'];
    await writeFile(hba, hosts.map((host) => `host all ${host}\n`).join(''));
    await ask('select pg_reload_conf()');
    const wrong = url.replace('postgres@', `worker:${secret}@`);
    await expectRefusal(wrong, {
      code: 'queue-unavailable',
      message: /password authentication failed.*; check the user and the password/,
    });
  });

  test('whose role may not create schemas is named at once, and works where they exist', async () => {
    const { url, ask } = await postgres();
    await ask('create role worker login');
    const own = url.replace('postgres@', 'worker@');
    await expectRefusal(own, {
      code: 'queue-unavailable',
      message: /permission denied for database.*GRANT CREATE ON DATABASE/,
    });
    const admin = await operateQueue(url);
    await admin.close();
    for (const schema of ['tintype', 'bullmq']) {
      await ask(`grant usage on schema ${schema} to worker`);
      await ask(`grant all on all tables in schema ${schema} to worker`);
      await ask(`grant all on all sequences in schema ${schema} to worker`);
    }
    const operations = await operateQueue(own);
    expect((await operations.state())[0]).toMatchObject({ waiting: 0, active: 0 });
    await operations.close();
    const stop = new AbortController();
    await using project = await testProject({});
    await runWorker(own, await project.context({ signal: stop.signal }), {
      roles: ['buy'],
      concurrency: 1,
      onReady: () => stop.abort(),
    });
  });

  test('that is empty is prepared by many processes at once', async () => {
    const { url } = await postgres();
    const all = await Promise.all(Array.from({ length: 6 }, () => operateQueue(url)));
    expect(await all[0]!.state()).toHaveLength(2);
    await Promise.all(all.map((operations) => operations.close()));
  });

  async function postgres() {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const ask = async (query: string): Promise<unknown> => {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      const { rows } = await client.query(query);
      await client.end();
      return rows[0];
    };
    return { url: server.url, ask };
  }
});

/** A run, a worker and an operator hear of it within a few seconds. */
async function expectRefusal(
  url: string,
  { code, message }: { readonly code: string; readonly message: RegExp },
): Promise<void> {
  await using project = await testProject({
    'a.images.yaml': 'images: { owl: { prompt: an owl, alt: an owl, size: 1024x1024 } }',
  });
  const context = await project.context();
  const started = performance.now();
  const errors = [
    await errorOf(runWorker(url, context, { roles: ['buy'], concurrency: 1 })),
    await errorOf(operateQueue(url)),
    await errorOf(purchaseOne(url, context)),
  ];
  expect(performance.now() - started).toBeLessThan(30_000);
  for (const error of errors) {
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(String(error)).not.toContain(secret);
  }
}

async function purchaseOne(url: string, context: Context): Promise<void> {
  await using workers = await openQueuedWorkers(url, context).then((opened) => ({
    ...opened,
    [Symbol.asyncDispose]: opened.close,
  }));
  await workers.purchase({ key: 'k' } as never, context.signal, () => {});
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}
