import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import {
  type EmulatorOptions,
  type OpenAiEmulator,
  startOpenAiEmulator,
} from '@tintype/emulators/openai';
import {
  type Ended,
  runTintype,
  type Start,
  startTintype,
  type TintypeProcess,
} from './tintype-process.ts';

/** A project on a real disk, an API, and processes of the real command line. */
export interface Scene extends AsyncDisposable {
  /** Processes may write only below this folder. It has the project and their temporary folder. */
  readonly dir: string;
  readonly project: string;
  readonly api: OpenAiEmulator;
  readonly start: (start?: Partial<Start>) => TintypeProcess;
  readonly run: (start?: Partial<Start>) => Promise<Ended>;
  readonly write: (file: string, content: string | Uint8Array) => Promise<void>;
  /** Restores the project as it was at first, and resets the API. */
  readonly reset: () => Promise<void>;
}

/** `files`: of the project, by path. */
export async function openScene(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: EmulatorOptions = {},
): Promise<Scene> {
  const api = await startOpenAiEmulator(options);
  const dir = await mkdtemp(join(tmpdir(), 'tintype-robust-'));
  const project = join(dir, 'project');
  const env = {
    OPENAI_API_KEY: 'sk-robust',
    OPENAI_BASE_URL: api.baseUrl,
    // There is no terminal.
    TINTYPE_MISSING: 'buy',
    TMPDIR: join(dir, 'tmp'),
  };
  const complete = (start: Partial<Start>): Start => ({
    cwd: project,
    faultRoot: dir,
    ...start,
    env: { ...env, ...start.env },
  });
  const write: Scene['write'] = async (file, content) => {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), content);
  };
  const reset = async (): Promise<void> => {
    api.reset();
    await rm(project, { recursive: true, force: true });
    await rm(join(dir, 'tmp'), { recursive: true, force: true });
    await mkdir(join(dir, 'tmp'), { recursive: true });
    await write('package.json', '{}');
    for (const [file, content] of Object.entries(files)) await write(file, content);
  };
  await reset();
  return {
    dir,
    project,
    api,
    write,
    reset,
    start: (start = {}) => startTintype(complete(start)),
    run: (start = {}) => runTintype(complete(start)),
    async [Symbol.asyncDispose]() {
      await api.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The sha-256 of every file below a folder, by path; none if there is no folder. */
export async function hashesBelow(dir: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const hashes = await Promise.all(
    files.map(async (path): Promise<[string, string]> => [
      relative(dir, path).split(sep).join('/'),
      hashOf(await readFile(path)),
    ]),
  );
  return new Map(hashes.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function hashOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
