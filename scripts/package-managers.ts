/**
 * Installs the packages with Yarn (Plug'n'Play) and with Bun, as the registry would deliver them, and builds a React page and its server
 * with `<Picture>`: in Bun also by Bun itself, without Node. Takes a minute, and needs the registry.
 *
 *     npm run build && node -C tintype-source scripts/package-managers.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPackage } from './pack-package.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tintype-managers-')));
const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
const env = {
  ...process.env,
  YARN_NODE_LINKER: 'pnp',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_NPM_REGISTRY_SERVER: registry,
  BUN_CONFIG_REGISTRY: registry,
  // The Node that the workspace installs.
  PATH: `${join(repository, 'node_modules/.bin')}:${process.env['PATH']}`,
};
run(folder, ['npm', 'install', '--silent', '@yarnpkg/cli-dist@4', 'bun@1']);
const yarn = [process.execPath, join(folder, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')];
const bun = [join(folder, 'node_modules/.bin/bun')];

const packages = Object.fromEntries(
  ['components', 'core', 'sheet', 'vite-plugin'].map((name) => {
    const directory = join(repository, 'packages', name);
    const { name: full } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      readonly name: string;
    };
    return [full, `file:${packPackage(name, folder)}`];
  }),
);

/** The version that is tested here. */
const { version: vite } = JSON.parse(
  readFileSync(join(repository, 'packages/vite-plugin/node_modules/vite/package.json'), 'utf8'),
) as { readonly version: string };

const page = (rest: string) => `
  import { createElement } from 'react';
  import { Picture } from 'vite-plugin-tintype/react';
  import hero from 'virtual:tintype/hero';
  const element = createElement(Picture, { of: hero, priority: true });
  ${rest}`;

const files = {
  'package.json': JSON.stringify({
    private: true,
    type: 'module',
    dependencies: { ...packages, vite, react: '19', 'react-dom': '19' },
    // The packages depend on each other, and Yarn and Bun would ask the registry for them.
    resolutions: packages,
    overrides: packages,
  }),
  'yarn.lock': '',
  'site.images.yaml':
    'images: { hero: { prompt: A keeper, alt: A keeper, widths: [64], formats: [webp, jpeg] } }',
  'tintype.config.ts':
    "import type { Options } from '@tintype/core';\nexport default { provider: 'offline' } satisfies Options;",
  'vite.config.js':
    "import tintype from 'vite-plugin-tintype'; export default { plugins: [tintype()] };",
  'index.html': '<div id="root"></div><script type="module" src="/main.js"></script>',
  'main.js': page(
    "import { createRoot } from 'react-dom/client'; createRoot(document.getElementById('root')).render(element);",
  ),
  'server.js': page(
    "import { renderToString } from 'react-dom/server'; console.log(renderToString(element));",
  ),
};

try {
  tryManager('Yarn PnP', [...yarn, 'install'], yarn, [...yarn, 'node']);
  tryManager('Bun, with Node', [...bun, 'install'], [...bun, 'x'], [process.execPath]);
  tryManager('Bun alone', [...bun, 'install'], [...bun, 'run', '--bun'], bun);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Throws if the page or what the server renders has no picture. */
function tryManager(
  name: string,
  install: readonly string[],
  start: readonly string[],
  runtime: readonly string[],
): void {
  const root = join(folder, name.replaceAll(/\W+/g, '-'));
  mkdirSync(root);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
  // Bun would read the empty lock file of Yarn.
  if (!install.includes(yarn[1]!)) rmSync(join(root, 'yarn.lock'));
  run(root, install);
  const built = run(root, [...start, 'vite', 'build']);
  run(root, [...start, 'vite', 'build', '--ssr', 'server.js', '--outDir', 'out']);
  const html = run(root, [...runtime, 'out/server.js']);
  const [file = ''] = /assets\/hero-64w-[\w-]{8}\.webp/.exec(html) ?? [];
  if (!built.includes('1 image in 4 files') || readFileSync(join(root, 'dist', file)).length === 0)
    throw new Error(`${name}: ${built}\n${html}`);
  console.log(`${name}: the page and the server have the picture, ${file}`);
}

/** What a program prints. Throws if it fails. */
function run(cwd: string, [program = '', ...args]: readonly string[]): string {
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
}
