import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { compile } from 'svelte/compiler';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const svelte: Plugin = {
  name: 'svelte',
  setup(bundler) {
    bundler.onLoad({ filter: /\.svelte$/ }, async ({ path }) => ({
      contents: compile(await readFile(path, 'utf8'), { filename: path }).js.code,
    }));
  },
};

/** The bytes of a page's script that uses these modules, minified and compressed. */
async function bytesOf(modules: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: modules
        .map((name, at) => `import * as m${at} from '${name}'; console.log(m${at});`)
        .join(''),
      resolveDir: root,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    conditions: ['tintype-source', 'svelte', 'production'],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [svelte],
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents).length;
}

// Astro's component is not here: it runs on the server, and the page gets its HTML.
test.each([
  ['react', 1000, ['react', 'react-dom']],
  ['preact', 1000, ['preact']],
  ['vue', 1000, ['vue']],
  ['solid', 1000, ['solid-js', 'solid-js/web']],
  // It takes the preload over from the server's HTML, which needs the same head in the browser.
  ['svelte', 1050, ['svelte/internal/client', 'svelte/internal/disclose-version']],
])(
  'a page with %s grows by less than %i bytes, minified and compressed, when it uses <Picture>',
  async (name, limit, framework) => {
    const grown = await bytesOf([...framework, `@tintype/components/${name}`]);
    const bytes = grown - (await bytesOf(framework));
    expect(bytes).toBeLessThan(limit);
    expect(bytes).toBeGreaterThan(500);
  },
);
