import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RemoteUnderTest } from '../../../core/test/remote-contract.ts';
import { billedPrompts, useApi } from '../../../core/test/support/api.ts';
import { testProject } from '../../../core/test/support/project.ts';
import { freePort } from '../../../core/test/support/server-process.ts';
import { s3 } from '../../src/s3.ts';
import { bucket, type S3Server } from './s3-servers.ts';

/** Starts a server before the tests beside it, and stops it after them. */
export function useServer(start: () => Promise<S3Server>): () => S3Server {
  let server: S3Server | null = null;
  beforeAll(async () => {
    server = await start();
  }, 300_000);
  afterAll(() => server?.stop());
  return () => {
    if (server === null) throw new Error('the server did not start');
    return server;
  };
}

export const remoteOf = ({ endpoint, credentials }: S3Server, prefix: string) =>
  s3({ bucket, prefix, endpoint, credentials: async () => credentials });

/** What the contract has to know. */
export async function underTest(
  server: S3Server,
  creates: RemoteUnderTest['creates'],
  { checksCredentials = true, manyNames = 1100 } = {},
): Promise<RemoteUnderTest> {
  const { credentials } = server;
  const wrong = { ...credentials, secretAccessKey: 'planted-wrong-key-6121' };
  const away = `http://127.0.0.1:${await freePort()}`;
  const prefix = 'site/Tin.type';
  return {
    remote: remoteOf(server, prefix),
    denied: checksCredentials ? remoteOf({ ...server, credentials: wrong }, prefix) : null,
    away: remoteOf({ ...server, endpoint: away }, prefix),
    secrets: [credentials.secretAccessKey, wrong.secretAccessKey],
    creates,
    canList: true,
    manyNames,
    close: async () => {},
  };
}

/** A project with one picture to buy. */
export const machine = (api: { readonly baseUrl: string }) =>
  testProject(
    {
      'a.images.yaml':
        'images:\n  fox: { prompt: fox, quality: low, size: 1024x1024, decorative: true }\n',
    },
    api.baseUrl,
  );

/** Nothing is bought through a server that cannot keep machines apart, unless the person says so. */
export function buysOnlyAlone(server: () => S3Server): void {
  const api = useApi();
  test('nothing is bought through it, unless this is the only buyer', async () => {
    await using project = await machine(api());
    const store = { originals: remoteOf(server(), 'alone') };
    const { error } = await project.generate({ options: { store } });
    expect(String(error)).toContain('--i-am-the-only-buyer');
    expect(api().ledger).toEqual([]);
    const { result } = await project.generate({ options: { store, onlyBuyer: true } });
    expect(result).toMatchObject({ bought: 1, failed: 0 });
    expect(billedPrompts(api())).toEqual(['fox']);
  });
}
