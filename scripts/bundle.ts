/**
 * Bundles the package in the working folder, after `build.ts`, which writes only its types. Arguments: its entry points.
 *
 * Node takes 0.2 to 0.8 ms of CPU time for each module that it loads. `--help` needs 26 modules of the command line, and a warm run 120 of
 * core. A package among `devDependencies` that the sources import becomes part of the bundle, as OpenAI's client does in core: it takes
 * 36 MB when it is installed, and 1 MB here.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';

const { dependencies = {}, peerDependencies = {} } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as Record<string, Record<string, string> | undefined>;
const installed = Object.keys({ ...dependencies, ...peerDependencies });

/** Source maps hold our sources, and not those of others. */
const withoutMapsOfOthers: Plugin = {
  name: 'without-maps-of-others',
  setup(bundler) {
    const map = Buffer.from(
      '{"version":3,"sources":["other"],"sourcesContent":[""],"mappings":"AAAA"}',
    ).toString('base64');
    bundler.onLoad({ filter: /[\\/]node_modules[\\/].*\.m?js$/ }, async ({ path }) => {
      const text = (await readFile(path, 'utf8')).replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '');
      return { contents: `${text}\n//# sourceMappingURL=data:application/json;base64,${map}` };
    });
  },
};

await build({
  entryPoints: process.argv.slice(2).map((name) => `src/${name}.ts`),
  outdir: 'dist',
  bundle: true,
  // What is loaded later stays in files of its own.
  splitting: true,
  external: installed.flatMap((name) => [name, `${name}/*`]),
  format: 'esm',
  platform: 'node',
  target: 'node22',
  sourcemap: true,
  plugins: [withoutMapsOfOthers],
});
