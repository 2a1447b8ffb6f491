import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { buildFailure, type ViteProject, viteProject } from './support/vite-project.ts';

// Faults of other image plugins, and the tests that ours does not have them:
//
// | fault                                                                | test                                            |
// | -------------------------------------------------------------------- | ----------------------------------------------- |
// | URLs that ignore `base` or `renderBuiltUrl`, or are `file:` in SSR   | build.test.ts, options.test.ts, missing.slow.test.ts |
// | files that are not in Vite's manifest                                | build.test.ts                                   |
// | "unknown file" when environments build at once with a cold cache     | missing.slow.test.ts                                 |
// | memory for bytes in a server build that emits none                   | options.test.ts                                 |
// | `serve` taken for "no bundle", so nothing works in bundled dev       | bundled-dev.slow.test.ts                        |
// | a warm build that reads every original again                         | here                                            |
// | stale files after a changed option                                   | here                                            |
// | paid pictures lost with `node_modules`                               | here                                            |
// | a damaged cache entry is shipped, or ends the build                  | here                                            |
// | file names that differ with another machine's encoder                | here: names are hashes of the content           |
// | wildcard types that take any id                                      | types.test.ts                                   |
// | a dev server that waits for encodes, or pays                         | dev.test.ts                                     |
// | no update when an image changes                                      | updates.slow.browser.test.ts                         |
// | everything in `dist`, used or not                                    | build.test.ts, options.test.ts                  |
// | one failed image that breaks the page                                | dev.test.ts                                     |
// | absolute dev URLs that a backend on another origin cannot use        | dev.test.ts (`server.origin`)                   |

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: A lighthouse
    alt: A lighthouse
    formats: [webp, jpeg]
    crop: 48x48
`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `import hero from 'virtual:tintype/hero'; globalThis.shown = hero;`,
};

async function pictures({ root }: ViteProject): Promise<string[]> {
  const names = [...(await filesBelow(join(root, 'dist'))).keys()];
  return names.filter((name) => /\.(webp|jpeg)$/.test(name)).toSorted();
}

test('a warm build reads no original', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await project.build();
  const before = await pictures(project);
  await rm(join(project.root, '.tintype/originals'), { recursive: true });
  await project.build();
  expect(await pictures(project)).toEqual(before);
});

test('a changed option makes other files', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await project.build();
  const before = await pictures(project);
  await project.write(
    'site.images.yaml',
    `${files['site.images.yaml']}    output_compression: 20\n`,
  );
  await project.build();
  const after = await pictures(project);
  expect(after).toHaveLength(2);
  expect(before.filter((name) => after.includes(name))).toEqual([]);
});

test('without node_modules, cache, key and network, the store is enough for the same build', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.build({}, { missing: 'buy' });
  const before = await pictures(project);
  await rm(join(project.root, '.cache'), { recursive: true });
  await project.write('.env', 'CI=true');
  await project.build();
  expect(await pictures(project)).toEqual(before);
  expect(api().ledger).toHaveLength(1);
});

test('a damaged cache is repaired, and its damaged files are not shipped', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await project.build();
  const before = await pictures(project);
  const contents = await Promise.all(before.map((name) => project.read(`dist/${name}`)));
  for (const [name] of await filesBelow(join(project.root, '.cache'))) {
    await project.write(`.cache/${name}`, 'x');
  }
  await project.build();
  expect(await pictures(project)).toEqual(before);
  expect(await Promise.all(before.map((name) => project.read(`dist/${name}`)))).toEqual(contents);
});

test('a mistake in a manifest is reported at its line, even if the site is in a subfolder of the project', async () => {
  await using project = await viteProject({
    'site.images.yaml': files['site.images.yaml'].replace('formats:', 'fromats:'),
    'site/index.html': files['index.html'],
    'site/main.js': files['main.js'],
  });
  const error = await buildFailure(project.build({ root: join(project.root, 'site') }));
  expect(error.message).toContain('site.images.yaml:6:5');
  expect(error).toMatchObject({
    loc: { file: join(project.root, 'site.images.yaml'), line: 6 },
    frame: expect.stringContaining('> 6 |'),
  });
});
