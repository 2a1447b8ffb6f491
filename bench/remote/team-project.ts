import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Original, storedProject } from '../support/stored-project.ts';

/** What a team has pushed: a repository and the originals. */
export interface TeamProject {
  /** A bare repository. Branch `main` has the records of all images; `lfs` also has their originals, in Git LFS. */
  readonly origin: string;
  /** The folder of a shared store that has the originals. */
  readonly remote: string;
  /** The size of all originals. */
  readonly bytes: number;
}

/**
 * A Vite site below `dir` with `images` stored images, of which its one module imports `imported`. `originalOf` makes the
 * original of an image from its number. The store of Git LFS has links to the files of the remote.
 */
export async function teamProject(
  dir: string,
  { images, imported }: { readonly images: number; readonly imported: number },
  originalOf: (index: number) => Promise<Original>,
): Promise<TeamProject> {
  const { root, storeDir } = await storedProject(siteFiles(images, imported), originalOf);
  const origin = join(dir, 'origin.git');
  const remote = join(dir, 'remote');
  await mkdir(remote, { recursive: true });
  // The names in a remote are those in a folder.
  await rename(join(storeDir, 'originals'), join(remote, 'originals'));
  git(root, 'init', '--quiet', '--initial-branch', 'main');
  commit(root, 'Records');

  git(root, 'checkout', '--quiet', '-b', 'lfs');
  const attributes = join(storeDir, '.gitattributes');
  const text = await readFile(attributes, 'utf8');
  await writeFile(attributes, text.replace('# originals/**', 'originals/**'));
  let bytes = 0;
  for (const path of await readdir(remote, { recursive: true })) {
    const status = await stat(join(remote, path));
    if (!status.isFile()) continue;
    bytes += status.size;
    const hash = basename(path, '.png');
    await mkdir(join(storeDir, path, '..'), { recursive: true });
    await writeFile(
      join(storeDir, path),
      `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize ${status.size}\n`,
    );
    const object = join(origin, 'lfs/objects', hash.slice(0, 2), hash.slice(2, 4), hash);
    await mkdir(join(object, '..'), { recursive: true });
    await link(join(remote, path), object);
  }
  commit(root, 'Originals');
  git(dir, 'init', '--quiet', '--bare', '--initial-branch', 'main', origin);
  git(root, 'push', '--quiet', origin, 'main', 'lfs');
  await rm(root, { recursive: true });
  return { origin, remote, bytes };
}

/** Uses the built packages, because those are measured. */
const built = (path: string) =>
  JSON.stringify(fileURLToPath(new URL(`../../packages/${path}`, import.meta.url)));

/**
 * With `BENCH_REMOTE`, originals are in that folder, and each request to it adds a line to the file `BENCH_REQUESTS`. With
 * `BENCH_RECORDS=remote`, records are there, too. Without `BENCH_REMOTE`, the whole store is in the project.
 */
const config = `import { appendFileSync } from 'node:fs';
import { folder } from ${built('core/dist/index.js')};

const { BENCH_REMOTE: dir, BENCH_REQUESTS: log, BENCH_RECORDS: records } = process.env;
const counted = (remote) => ({ ...remote, ...Object.fromEntries(
  ['get', 'size', 'put', 'create', 'list', 'remove'].map((name) => [name, (...args) => {
    appendFileSync(log, name + ' ' + args[0] + '\\n');
    return remote[name](...args);
  }]),
) });
const store = dir && { originals: counted(folder(dir)), ...(records && { records }) };
export default { missing: 'fail', effort: 0, ...(store && { store }) };
`;

function siteFiles(images: number, imported: number): Record<string, string> {
  const names = Array.from({ length: images }, (_, at) => `p${at}`);
  const used = Array.from(
    { length: imported },
    (_, at) => names[Math.floor((at * images) / imported)]!,
  );
  return {
    'site.images.yaml': `defaults: { decorative: true, formats: [webp], widths: [320] }
images:
${names.map((name) => `  ${name}: { prompt: ${name} }\n`).join('')}`,
    'main.js': `${used.map((name) => `import ${name} from 'virtual:tintype/${name}';\n`).join('')}console.log(${used.join()});\n`,
    'vite.config.mjs': `import { tintype } from ${built('vite-plugin/dist/index.js')};
export default { plugins: [tintype()], build: { assetsInlineLimit: 0, rollupOptions: { input: 'main.js' } } };
`,
    'tintype.config.mjs': config,
    '.gitignore': 'node_modules\ndist\n',
  };
}

function commit(root: string, message: string): void {
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--message', message);
}

/** Runs git without the user's settings and without the filter of Git LFS, so that it commits pointers as they are. */
function git(cwd: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args], {
    cwd,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
