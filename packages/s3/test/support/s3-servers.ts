import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AwsClient } from 'aws4fetch';
import { buildApp } from 'fauxqs';
import { freePort } from '../../../core/test/support/server-process.ts';
import type { S3Credentials } from '../../src/credentials.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly credentials: S3Credentials;
  readonly stop: () => Promise<void>;
}

/** The bucket that each server has. */
export const bucket = 'tintype';

const secretAccessKey = 'planted-secret-key-5093';

/** Ceph's RGW. */
export async function startRgw(): Promise<S3Server> {
  const accessKeyId = 'tintype-access';
  const { ports, stop } = await startScript('start-rgw.sh', 2, ([port, monitor]) =>
    [port, monitor, accessKeyId, secretAccessKey].map(String),
  );
  return withBucket({
    endpoint: `http://127.0.0.1:${ports[0]}`,
    credentials: { accessKeyId, secretAccessKey },
    stop,
  });
}

/** OpenStack Swift. */
export async function startSwift(): Promise<S3Server> {
  const { ports, stop } = await startScript('start-swift.sh', 5, ([port, ...others]) =>
    [port, secretAccessKey, ...others].map(String),
  );
  return withBucket({
    endpoint: `http://127.0.0.1:${ports[0]}`,
    credentials: { accessKeyId: 'tin:type', secretAccessKey },
    stop,
  });
}

/** fauxqs, in this process. It takes any credentials. */
export async function startFauxqs(): Promise<S3Server> {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return withBucket({
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'tintype-access', secretAccessKey },
    stop: () => app.close(),
  });
}

async function withBucket(server: S3Server): Promise<S3Server> {
  const client = new AwsClient({
    accessKeyId: server.credentials.accessKeyId,
    secretAccessKey,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  const response = await client.fetch(`${server.endpoint}/${bucket}`, { method: 'PUT' });
  if (response.ok) return server;
  await server.stop();
  throw new Error(`no bucket: ${response.status} ${await response.text()}`);
}

/** Different ones, because each is free only until it is used. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/**
 * Starts a script of this folder that wants so many ports. Tries again with other ports if it does not start, because a busy
 * machine may have taken one of them.
 */
async function startScript(
  script: string,
  portCount: number,
  settingsOf: (ports: readonly number[]) => readonly string[],
): Promise<{ ports: readonly number[]; stop: () => Promise<void> }> {
  for (let attemptsLeft = 2; ; attemptsLeft -= 1) {
    const ports = await freePorts(portCount);
    const { isReady, output, stop } = await runScript(script, settingsOf(ports));
    if (isReady) return { ports, stop };
    await stop();
    if (attemptsLeft === 0) throw new Error(`${script} did not start: ${output()}`);
  }
}

/** Runs a script with a new folder and the settings. Resolves when it says that it is ready, has ended, or takes too long. */
async function runScript(
  script: string,
  settings: readonly string[],
): Promise<{ isReady: boolean; output: () => string; stop: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'tintype-s3-'));
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn('bash', [path, dir, ...settings], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let output = '';
  const stop = async () => {
    // The script ends the servers that it has started.
    child.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  const isReady = await new Promise<boolean>((resolve) => {
    child.stdout.on('data', (text) => {
      output += text;
      if (output.includes('ready')) resolve(true);
    });
    child.stderr.on('data', (text) => (output += text));
    child.on('close', () => resolve(false));
    setTimeout(resolve, 90_000, false).unref();
  });
  return { isReady, output: () => output, stop };
}

/** What to install, in words for a test's title, where a program is missing; '': nothing. */
export function missingPackages(programs: readonly string[], packages: string): string {
  const isThere = programs.every(
    (program) => spawnSync('which', [program], { stdio: 'ignore' }).status === 0,
  );
  return isThere ? '' : ` (skipped: apt-get install -y --no-install-recommends ${packages})`;
}
