/**
 * Measures how much time the plugin adds to a Vite build of many small modules without pictures, in a project with pictures.
 *
 *     node -C tintype-source bench/vite-foreign.ts [--rounds 9] [--modules 3000] [--save]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { compare, type Contestant } from './support/compare.ts';
import { emptyFolder } from './support/empty-folder.ts';
import { numberFlags } from './support/flags.ts';
import { installPeers, peersDir } from './support/install-peers.ts';
import { medianOf, ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { storedProject } from './support/stored-project.ts';
import { comparisonTable, table } from './support/tables.ts';

const { rounds, modules } = numberFlags({ rounds: 9, modules: 3000 });
installPeers();

const images = 10;
/** Compared with the whole project, this separates what grows with the modules from the cost of opening the project. */
const fewModules = Math.ceil(modules / 10);

const manifest = [
  'defaults: { decorative: true }',
  'images:',
  ...Array.from({ length: images }, (_, at) => `  p${at}: { prompt: p${at} }`),
].join('\n');
const drawn = await mkdtemp(join(tmpdir(), 'tintype-bench-pictures-'));
const original = join(drawn, 'original.png');
await sharp({ create: { width: 128, height: 96, channels: 3, background: '#806040' } })
  .png()
  .toFile(original);
const { root } = await storedProject({ 'site.images.yaml': manifest }, [original]);

const plugin = fileURLToPath(new URL('../packages/vite-plugin/dist/index.js', import.meta.url));
const withPlugin = (count: number) => `${count} modules, with the plugin`;
const without = (count: number) => `${count} modules, without`;
const contestants = [...(await pair('few', fewModules)), ...(await pair('many', modules))] as const;

// The first build does work that later ones do not, such as reading manifests.
await compare(contestants, 2);
const samples = await compare(contestants, rounds);
const addedMs = (count: number) =>
  medianOf(samples, withPlugin(count), 'cpuMs') - medianOf(samples, without(count), 'cpuMs');
const cpuMs = (name: string) => samples.get(name)!.map((sample) => sample.cpuMs);
/** How much more the plugin adds to many modules than to few, in each round. */
const growthsMs = cpuMs(withPlugin(modules)).map((ms, round) => {
  const [many, few] = [cpuMs(without(modules))[round]!, cpuMs(without(fewModules))[round]!];
  return ms - many - (cpuMs(withPlugin(fewModules))[round]! - few);
});
const meanMs = growthsMs.reduce((sum, ms) => sum + ms, 0) / rounds;
const variance = growthsMs.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0) / (rounds - 1);
const perModuleUs = (ms: number) => ((ms / (modules - fewModules)) * 1000).toFixed(0);
const ratios = [fewModules, modules].map((count) => [
  `${count} modules`,
  ratioOf(samples, withPlugin(count), without(count), 'wallMs').toFixed(3),
  ratioOf(samples, withPlugin(count), without(count), 'cpuMs').toFixed(3),
  `${addedMs(count).toFixed(0)} ms`,
]);
publish(
  `Vite builds of ${modules} modules that are not ours`,
  `Small modules that import no picture, in a project whose manifest has ${images}, all of them stored.

${comparisonTable(samples, without(modules))}

${table(['with the plugin, to without', 'wall', 'CPU', 'CPU added'], ratios)}

A module more costs ${perModuleUs(meanMs)} µs of CPU more with the plugin than without, with a standard error of
${perModuleUs(Math.sqrt(variance / rounds))} µs: the mean of the differences of the two differences, round by round. What it adds to a build however
small is loading the plugin: the project is not opened, because no picture is imported.`,
);
for (const folder of [root, drawn]) await rm(folder, { recursive: true });

/** One project, built with and without the plugin. */
async function pair(name: string, count: number): Promise<[Contestant, Contestant]> {
  const folder = join(root, name);
  await mkdir(folder);
  const numbers = Array.from({ length: count }, (_, at) => at);
  await Promise.all(
    numbers.map((at) =>
      writeFile(join(folder, `m${at}.js`), `export const m${at} = (x) => x + ${at};\n`),
    ),
  );
  const imports = numbers.map((at) => `import { m${at} } from './m${at}.js';\n`).join('');
  const list = numbers.map((at) => `m${at}`).join(', ');
  await writeFile(join(folder, 'main.js'), `${imports}export default [${list}];\n`);
  const contestant = (title: string, what: string): Contestant => ({
    name: title,
    command: [process.execPath, join(peersDir, 'vite-build.mjs'), folder, what],
    cwd: peersDir,
    env: { NODE_ENV: 'production' },
    before: () => emptyFolder(join(folder, 'dist')),
  });
  return [contestant(withPlugin(count), plugin), contestant(without(count), 'nothing')];
}
