/**
 * Bundles the package in the working folder, after `build.ts`, which writes only its types. Arguments: its entry points. What the entry
 * points of one argument (`index,modules`) need when they are loaded is in one file.
 *
 * Node takes about 1 ms of CPU time for each file that it loads, and core's index needs 90 modules. A package among `devDependencies` that
 * the sources import becomes part of the bundle, as OpenAI's client does in core: it takes 36 MB when it is installed.
 * CONTRIBUTING.md lists these packages.
 */
import { readFileSync } from 'node:fs';
import { build, type Plugin } from 'rolldown';

const { dependencies = {}, peerDependencies = {} } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as Record<string, Record<string, string> | undefined>;
const installed = Object.keys({ ...dependencies, ...peerDependencies });

const entries = process.argv.slice(2).map((names) => names.split(','));
/** Groups take what they need, and Rolldown finds the files for everything else. */
const groups = entries
  .filter((names) => names.length > 1)
  .map((names) => ({
    name: names.join('-'),
    test: new RegExp(`[\\\\/]src[\\\\/](?:${names.join('|')})[.]ts$`),
  }));

/** Source maps hold our sources, and not those of others. */
const withoutMapsOfOthers: Plugin = {
  name: 'without-maps-of-others',
  transform: {
    filter: { id: /[\\/]node_modules[\\/]/ },
    handler: (code) => ({ code, map: { mappings: '' } }),
  },
};

await build({
  input: Object.fromEntries(entries.flat().map((name) => [name, `src/${name}.ts`])),
  external: (id) => installed.some((name) => id === name || id.startsWith(`${name}/`)),
  platform: 'node',
  transform: { target: 'node22' },
  plugins: [withoutMapsOfOthers],
  // It warns of a dynamic import of what another file imports statically, which is loaded later all the same.
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: 'dist',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups },
  },
});
