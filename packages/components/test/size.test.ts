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
  ['react', ['react', 'react-dom']],
  ['preact', ['preact']],
  ['vue', ['vue']],
  ['solid', ['solid-js', 'solid-js/web']],
  ['svelte', ['svelte/internal/client', 'svelte/internal/disclose-version']],
])(
  'a page with %s grows by less than 1,000 bytes, minified and compressed, when it uses <Picture>',
  async (name, framework) => {
    const grown = await bytesOf([...framework, `@tintype/components/${name}`]);
    const bytes = grown - (await bytesOf(framework));
    expect(bytes).toBeLessThan(1000);
    expect(bytes).toBeGreaterThan(500);
  },
);
