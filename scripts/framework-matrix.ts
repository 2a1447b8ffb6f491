/**
 * Tries the projects in `examples/frameworks` as a user would: installs each from the registry into a temporary folder, with the packages
 * as they would be published, and writes what it saw into docs/frameworks.md.
 *
 *     npm run matrix                 all of them
 *     npm run matrix most-used       the six that CI tries on every change
 *     npm run matrix nuxt astro      some of them
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../packages/core/test/support/browser.ts';
import { type Framework, mostUsed, others } from './matrix/frameworks.ts';
import { withRows } from './matrix/table.ts';
import { packageOf, type Seen, tryFramework } from './matrix/try-framework.ts';
import { packPackage } from './pack-package.ts';

const ids = process.argv
  .slice(2)
  .flatMap((id) => (id === 'most-used' ? mostUsed.map((one) => one.id) : id));
const frameworks = [...mostUsed, ...others];
const unknown = ids.filter((id) => !frameworks.some((one) => one.id === id));
if (unknown.length > 0) {
  const known = frameworks.map(({ id }) => id).join(', ');
  throw new Error(`not a framework here: ${unknown.join(', ')}; these are: ${known}`);
}
const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'tintype-matrix-'));
const needed = ['components', 'core', 'sheet', 'vite-plugin'];
const integrations = ['astro', 'nuxt'];
const tarballs = new Map(
  [...needed, ...integrations].map((name) => [name, packPackage(name, folder)]),
);

const tried: (readonly [Framework, Seen])[] = [];
let failed = false;
await using browser = await launchBrowser();
for (const framework of frameworks) {
  if (ids.length > 0 && !ids.includes(framework.id)) continue;
  const root = join(folder, framework.id);
  const example = join(repository, 'examples/frameworks', framework.id);
  const { dependencies = {} } = await packageOf(example);
  const names = [...needed, ...integrations.filter((name) => `@tintype/${name}` in dependencies)];
  try {
    const seen = await tryFramework(
      framework,
      example,
      root,
      names.map((name) => tarballs.get(name)!),
      browser,
    );
    console.log(framework.name, seen);
    failed ||= Object.values(seen).includes(false);
    tried.push([framework, seen]);
  } catch (error) {
    failed = true;
    console.error(`${framework.name}: ${String(error)}`);
  }
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
}
await rm(folder, { recursive: true });

const page = join(repository, 'docs/frameworks.md');
const day = new Date().toISOString().slice(0, 10);
await writeFile(page, withRows(await readFile(page, 'utf8'), tried, day));
execFileSync(join(repository, 'node_modules/.bin/oxfmt'), [page]);
process.exitCode = failed ? 1 : 0;
