import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesBelow } from '../../core/test/support/files.ts';
import { packPackage } from '../../../scripts/pack-package.ts';
import { describePicture } from '../../core/test/support/pictures.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const tsc = join(repository, 'node_modules/typescript/bin/tsc');

const files = {
  'package.json': '{ "private": true, "type": "module" }',
  'tintype.config.ts': `
    import { defineConfig } from 'tintype';
    export default defineConfig({ provider: 'offline' });
  `,
  'site.images.yaml': `
images:
  hero:
    prompt: A lighthouse keeper reading at dawn
    alt: A lighthouse keeper
    widths: [64]
    formats: [webp, jpeg]
`,
  'vite.config.ts': `
    import tintype from 'vite-plugin-tintype';
    import { defineConfig } from 'vite';
    export default defineConfig({ plugins: [tintype()] });
  `,
  'index.html': '<img src="tintype:hero"><script type="module" src="/main.ts"></script>',
  'main.ts': `
    import hero from 'virtual:tintype/hero';
    import { pictureHtml } from 'vite-plugin-tintype/picture';
    const width: 1024 = hero.img.w;
    document.body.append(pictureHtml(hero, { width }));
  `,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'esnext',
      module: 'esnext',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['vite/client'],
    },
    // A new Vite project also checks its config.
    files: ['main.ts', 'vite.config.ts', 'tintype.config.ts', 'tintype-env.d.ts'],
  }),
};

/** An empty project with the packages as the registry would deliver them. */
let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'tintype-packed-')));
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text);
  const tarballs = ['components', 'core', 's3', 'queue', 'sheet', 'cli', 'vite-plugin'].map(
    (name) => packPackage(name, root),
  );
  const { version } = JSON.parse(
    await readFile(fileURLToPath(import.meta.resolve('vite/package.json')), 'utf8'),
  ) as { readonly version: string };
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...quiet, `vite@${version}`, ...tarballs], { cwd: root });
});

afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));

test('installed from tarballs, the plugin builds a page', async () => {
  const { stdout, stderr } = await inProject('node_modules/vite/bin/vite.js', 'build');
  expect(stdout).toContain('[tintype] 1 image in 4 files');
  expect(stderr).toContain('[tintype] hero is a stand-in');
  const built = [...(await filesBelow(join(root, 'dist'))).keys()].map((file) =>
    file.replace(/-[\w-]{8}\./, '.'),
  );
  expect(built.toSorted()).toEqual([
    'assets/hero-64w.jpeg',
    'assets/hero-64w.webp',
    'assets/hero.jpeg',
    'assets/hero.webp',
    'assets/index.js',
    'index.html',
  ]);
  const html = await readFile(join(root, 'dist/index.html'), 'utf8');
  const [small] = /assets\/hero-64w-[\w-]{8}\.webp/.exec(html) ?? [''];
  expect(await describePicture(await readFile(join(root, 'dist', small)))).toBe('webp 64x64');
});

test.each([
  'tintype',
  '@tintype/components',
  '@tintype/core',
  '@tintype/queue',
  '@tintype/s3',
  '@tintype/sheet',
  'vite-plugin-tintype',
])('every link in the README of %s works on a page of the registry', async (name) => {
  const readme = await readFile(join(root, 'node_modules', name, 'README.md'), 'utf8');
  const targets = [...readme.matchAll(/\]\(([^)\s]+)|(?:href|src)="([^"]+)"/g)].flatMap(
    ([, link, attribute]) => link ?? attribute ?? [],
  );
  const isRelative = (target: string) => !/^(?:https?:|#|tintype:)/.test(target);
  expect(targets.filter(isRelative)).toEqual([]);
});

test('the manifest that init writes names an installed schema, in the folder of a package that the user chose', async () => {
  const folder = await mkdtemp(join(root, 'init-'));
  await run(process.execPath, [join(root, 'node_modules/tintype/dist/bin.js'), 'init'], {
    cwd: folder,
  });
  const [, path = ''] =
    /\$schema=(.*)/.exec(await readFile(join(folder, 'tintype.images.yaml'), 'utf8')) ?? [];
  expect(path).toBe('../node_modules/tintype/schema/manifest.json');
  expect(JSON.parse(await readFile(join(folder, path), 'utf8'))).toHaveProperty('properties');
  await rm(folder, { recursive: true });
});

test('a drawing says what to install, at its line, before anything is bought', async () => {
  const folder = await mkdtemp(join(root, 'drawing-'));
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(
    join(folder, 'a.images.yaml'),
    'images:\n  logo: { prompt: A moth, decorative: true, model: gpt-image-2.6-flare, output_format: svg }\n',
  );
  const bin = join(root, 'node_modules/tintype/dist/bin.js');
  const { status, stderr } = spawnSync(process.execPath, [bin, 'check'], {
    cwd: folder,
    encoding: 'utf8',
    // Not this repository's, which has svgo.
    env: cleanEnv(),
  });
  await rm(folder, { recursive: true });
  expect(stderr).toMatch(
    /a\.images\.yaml:2:3.*SVG needs the package svgo, version 4 or later, and it is not installed; run: npm install --save-dev svgo/s,
  );
  expect(status).toBe(2);
});

test('a server runs without development dependencies', async () => {
  await writeFile(
    join(root, 'server.ts'),
    `import hero from 'virtual:tintype/hero';
    import { pictureHtml } from 'vite-plugin-tintype/picture';
    console.log(pictureHtml(hero));`,
  );
  await inProject(
    'node_modules/vite/bin/vite.js',
    'build',
    '--ssr',
    'server.ts',
    '--outDir',
    'server',
  );
  const alone = await realpath(await mkdtemp(join(tmpdir(), 'tintype-server-')));
  await writeFile(join(alone, 'server.mjs'), await readFile(join(root, 'server/server.js')));
  const { stdout } = await run(process.execPath, [join(alone, 'server.mjs')], { cwd: alone });
  await rm(alone, { recursive: true });
  expect(stdout).toMatch(/^<picture><source type="image\/webp" srcset="\/assets\/hero-64w-/);
});

test('a config can import what it needs from the plugin', async () => {
  const code = `import { defineConfig, openAi } from 'vite-plugin-tintype'; console.log(typeof defineConfig, typeof openAi)`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
  });
  expect(stdout).toBe('function function\n');
});

test('before the types are written, a new clone compiles with what the plugin declares', async () => {
  const clone = await mkdtemp(join(root, 'clone-'));
  await writeFile(
    join(clone, 'main.ts'),
    `import hero, { alt, width } from 'virtual:tintype/hero';
    import images from 'virtual:tintype';
    import { pictureHtml } from 'vite-plugin-tintype/picture';
    const size: number = width;
    export const shown: readonly unknown[] = [pictureHtml(hero), alt.length, size];
    export const lazy: Promise<{ readonly alt: string }> | undefined = images['hero']?.();`,
  );
  const compilerOptions = {
    target: 'esnext',
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    lib: ['esnext', 'dom'],
    types: ['vite-plugin-tintype/client'],
  };
  await writeFile(
    join(clone, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['main.ts'] }),
  );
  const { stdout } = await run(process.execPath, [tsc, '--pretty', 'false'], {
    cwd: clone,
  }).catch((error: { readonly stdout: string }) => error);
  expect(stdout).toBe('');
});

/** The files of create-vite 9 with the lines of our README. `types` and `include` are those of the application. */
const ofCreateVite = (types: readonly string[], include: readonly string[]) => {
  const shared = {
    target: 'es2023',
    lib: ['ES2023', 'DOM'],
    module: 'esnext',
    moduleResolution: 'bundler',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    moduleDetection: 'force',
    noEmit: true,
    noUnusedLocals: true,
    erasableSyntaxOnly: true,
  };
  const project = (name: string, more: object, include: readonly string[]) => {
    const tsBuildInfoFile = `./node_modules/.tmp/${name}.tsbuildinfo`;
    return JSON.stringify({ compilerOptions: { ...shared, ...more, tsBuildInfoFile }, include });
  };
  const references = [{ path: './tsconfig.app.json' }, { path: './tsconfig.node.json' }];
  return {
    'tsconfig.json': JSON.stringify({ files: [], references }),
    'tsconfig.app.json': project('app', { types }, include),
    'tsconfig.node.json': project('node', { types: [] }, ['vite.config.ts']),
    'package.json': files['package.json'],
    'tintype.config.json': '{ "provider": "offline" }',
    'site.images.yaml': files['site.images.yaml'],
    'vite.config.ts': files['vite.config.ts'],
    'index.html': '<script type="module" src="/src/main.ts"></script>',
    'src/main.ts': `import hero from 'virtual:tintype/hero';\nimport { pictureHtml } from 'vite-plugin-tintype/picture';\nconsole.log(pictureHtml(hero));\n`,
  };
};

const client = ['vite/client', 'vite-plugin-tintype/client'];
const withTypes = ['src', 'tintype-env.d.ts'];

test.each([
  ['with the client types', client, ['src'], []],
  ['after "tintype types"', ['vite/client'], withTypes, ['types']],
  ['with both', client, withTypes, ['types']],
])(
  'the build script of a project of create-vite succeeds in a new clone, %s',
  async (_, types, include, commands) => {
    const clone = await mkdtemp(join(root, 'create-vite-'));
    await mkdir(join(clone, 'src'));
    for (const [file, text] of Object.entries(ofCreateVite(types, include))) {
      await writeFile(join(clone, file), text);
    }
    const env = { PATH: process.env['PATH'], HOME: root, CI: 'true', NO_COLOR: '1' };
    const inClone = (program: string, ...args: readonly string[]) =>
      run(process.execPath, [program, ...args], { cwd: clone, env }).then(
        ({ stdout }) => stdout,
        (error: { readonly stdout: string }) => error.stdout,
      );
    await symlink(join(root, 'node_modules'), join(clone, 'node_modules'));
    const bin = (path: string) => join(root, 'node_modules', path);
    for (const command of commands) await inClone(bin('tintype/dist/bin.js'), command);
    const wrong = 'src/wrong.ts';
    expect(await inClone(tsc, '-b', '--pretty', 'false')).toBe('');
    expect(await inClone(bin('vite/bin/vite.js'), 'build')).toContain('1 image in 4 files');

    // The build has written the types. The clone may include them.
    await writeFile(
      join(clone, wrong),
      `import herro from 'virtual:tintype/herro';\nimport { pictureHtml } from 'vite-plugin-tintype/picture';\nconsole.log(herro.img, pictureHtml(herro));\n`,
    );
    const problems = await inClone(tsc, '-b', '--pretty', 'false');
    expect(problems.includes(wrong)).toBe(include.includes('tintype-env.d.ts'));
    await rm(clone, { recursive: true });
  },
);

test('a right import compiles, and a wrong id and a wrong format do not', async () => {
  expect(await typeErrors()).toEqual([]);
  await writeFile(
    join(root, 'main.ts'),
    `import hero from 'virtual:tintype/hero';\nimport 'virtual:tintype/herro';\nimport herro from 'virtual:tintype/herro';\nconsole.log(hero.sources.avif, herro);\n`,
  );
  expect(await typeErrors()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^main\.ts\(3,\d+\): error TS2307: .*virtual:tintype\/herro/),
      expect.stringMatching(/^main\.ts\(4,\d+\): error TS2339: Property 'avif'/),
    ]),
  );
});

test('the command line that comes with it plans the same project', async () => {
  const { stdout } = await inProject('node_modules/tintype/dist/bin.js', 'plan', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ images: [{ id: 'hero', provider: 'offline' }] });
});

test('the command line finds the package of queues', async () => {
  const queue = 'redis://127.0.0.1:9';
  const status = inProject('node_modules/tintype/dist/bin.js', 'queue', 'status', '--queue', queue);
  await expect(status).rejects.toMatchObject({
    stderr: expect.stringContaining(`the database of the queue at ${queue} failed`) as string,
  });
});

/** Runs a program of the project as CI does, without a key and without this repository. */
function inProject(program: string, ...args: readonly string[]) {
  return run(process.execPath, [join(root, program), ...args], { cwd: root, env: cleanEnv() });
}

function cleanEnv() {
  return { PATH: process.env['PATH'], HOME: root, CI: 'true', NO_COLOR: '1' };
}

async function typeErrors(): Promise<string[]> {
  const { stdout } = await run(process.execPath, [tsc, '--pretty', 'false'], { cwd: root }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return stdout.split('\n').filter((line) => line !== '');
}
