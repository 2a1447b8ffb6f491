import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formats, widths } from '../encode/work.ts';
import { originals } from './corpus.ts';
import { type StoredProject, storedProject } from './stored-project.ts';

/** A project of `count` different stored pictures, each with the files of `bench/encode.ts`. */
export async function sharedProject(count: number): Promise<StoredProject> {
  const folder = await originals(count);
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const manifest = [
    'defaults:',
    '  decorative: true',
    `  formats: [${formats.join(', ')}]`,
    `  widths: [${widths.slice(0, -1).join(', ')}]`,
    'images:',
    ...paths.map((_, at) => `  p${at}: { prompt: Picture ${at} }`),
  ].join('\n');
  return storedProject({ 'a.images.yaml': manifest }, paths);
}

/** A machine: a clone of a project with a cache and outputs of its own. */
export interface Machine {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly outDir: string;
  /** Removes its cache and its outputs. */
  readonly forget: () => Promise<void>;
}

const env = { TINTYPE_CACHE_KEY: randomBytes(32).toString('hex') };
const cli = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));
const core = fileURLToPath(new URL('../../packages/core/dist/index.js', import.meta.url));

/** `remote`: the folder of a shared cache, which answers after `delayMs`; `null`: there is none. */
export async function sharingMachine(
  root: string,
  project: StoredProject,
  remote: {
    readonly dir: string;
    readonly mode: 'read' | 'readwrite';
    readonly delayMs: number;
  } | null,
): Promise<Machine> {
  await mkdir(root);
  await cp(join(project.root, 'a.images.yaml'), join(root, 'a.images.yaml'));
  await writeFile(join(root, 'package.json'), '{}');
  const cache =
    remote === null
      ? 'undefined'
      : `{ remote: late(folder(${JSON.stringify(remote.dir)}), ${remote.delayMs}), mode: '${remote.mode}' }`;
  const config = `
    import { setTimeout } from 'node:timers/promises';
    import { folder } from ${JSON.stringify(core)};
    const late = (remote, ms) => ({
      ...remote,
      get: async (name, limits) => {
        if (ms > 0) await setTimeout(ms, undefined, { signal: limits.signal });
        return remote.get(name, limits);
      },
    });
    export default { store: { dir: ${JSON.stringify(project.storeDir)} }, cache: ${cache} };`;
  await writeFile(join(root, 'tintype.config.mjs'), config);
  const outDir = join(root, 'public/images');
  return {
    command: [process.execPath, cli, '--root', root, '--frozen'],
    env,
    outDir,
    forget: async () => {
      await rm(outDir, { recursive: true, force: true });
      await rm(join(root, 'node_modules'), { recursive: true, force: true });
    },
  };
}
