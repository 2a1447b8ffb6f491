/**
 * Compares warm builds of a Vite site that imports many pictures, each with the twelve files of `encode.ts`, with vite-imagetools,
 * the same files as plain imports, and Vite without imports. The others read all files in each build, so the size of the
 * files matters.
 *
 *     node -C tintype-source bench/vite-warm.ts [--rounds 5] [--images 1000] [--save]
 */
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { formats, widths } from './encode/work.ts';
import { compare, type Contestant } from './support/compare.ts';
import { corpus } from './support/corpus.ts';
import { emptyFolder } from './support/empty-folder.ts';
import { numberFlags } from './support/flags.ts';
import { installPeers, peersDir } from './support/install-peers.ts';
import { ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { storedProject } from './support/stored-project.ts';
import { comparisonTable, goalTable } from './support/tables.ts';

const goalImages = 1000;
const { rounds, images } = numberFlags({ rounds: 5, images: goalImages });
installPeers();

const filesAnImage = formats.length * widths.length;

const names = Array.from({ length: images }, (_, at) => `p${at}`);
const manifest = [
  `defaults: { decorative: true, formats: [${formats.join()}], widths: [${widths.slice(0, -1).join()}] }`,
  'images:',
  ...names.map((name) => `  ${name}: { prompt: ${name} }`),
].join('\n');
/** Only the pass before the measurement encodes. It uses the least effort on both sides, so that it ends in minutes. */
const config = JSON.stringify({ effort: 0 });
const query = `w=${widths.join(';')}&format=${formats.join(';')}&effort=min&as=picture`;
const pictures = await drawPictures();
const project = await storedProject(
  { 'site.images.yaml': manifest, 'tintype.config.json': config },
  pictures,
);
const elsewhere = await mkdtemp(join(tmpdir(), 'tintype-bench-sites-'));

const ours = 'vite-plugin-tintype';
const theirs = 'vite-imagetools';
const plain = 'the same files, plain imports';
const nothing = 'nothing to import';

const warmed = [
  await site(
    ours,
    here('../packages/vite-plugin/dist/index.js'),
    project.root,
    (at) => `virtual:tintype/p${at}`,
  ),
  await site(
    theirs,
    'imagetools',
    join(elsewhere, 'imagetools'),
    (at) => `${pictures[at]}?${query}`,
  ),
];
// Builds twice, because the second build finds the first one's files and writes the snapshot.
await compare(warmed, 2);
const files = await copyOfOurs();
const sites = [
  ...warmed,
  await site(plain, 'nothing', join(elsewhere, 'plain'), (at) => files[at]!, files.length),
  await site(nothing, 'nothing', join(elsewhere, 'nothing'), () => '', 0),
];

const samples = await compare(sites, rounds);
publish(
  `Warm Vite builds, ${images} images`,
  `${images} images in ${filesAnImage} files each, all of them encoded before; every build writes a new output folder.

${comparisonTable(samples, theirs)}
${images < goalImages ? '' : goals()}`,
);
for (const folder of [project.root, elsewhere]) await rm(folder, { recursive: true });

/** The goals are for many images. With few images, most of the time is Vite's own. */
function goals(): string {
  return `\n${goalTable([
    { what: `wall, to ${theirs}`, measured: ratioOf(samples, ours, theirs, 'wallMs'), atMost: 0.1 },
    {
      what: `peak memory, to ${theirs}`,
      measured: ratioOf(samples, ours, theirs, 'peakBytes'),
      atMost: 0.25,
    },
  ])}`;
}

/** Builds a module that imports the given files, in its own folder. */
async function site(
  name: string,
  what: string,
  folder: string,
  specifierOf: (at: number) => string,
  count = images,
): Promise<Contestant> {
  const numbers = Array.from({ length: count }, (_, at) => at);
  const imports = numbers.map((at) => `import p${at} from ${JSON.stringify(specifierOf(at))};`);
  const list = numbers.map((at) => `p${at}`).join(', ');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'main.js'), `${imports.join('\n')}\nexport default [${list}];\n`);
  return {
    name,
    command: [process.execPath, join(peersDir, 'vite-build.mjs'), folder, what],
    cwd: peersDir,
    env: { NODE_ENV: 'production' },
    before: () => emptyFolder(join(folder, 'dist')),
  };
}

/** Copies the files that our build wrote to a place where the next build does not remove them. */
async function copyOfOurs(): Promise<string[]> {
  const folder = join(elsewhere, 'plain', 'files');
  await cp(join(project.root, 'dist', 'assets'), folder, { recursive: true });
  const copied = (await readdir(folder)).filter((file) => !file.endsWith('.js'));
  if (copied.length !== images * filesAnImage) throw new Error(`we built ${copied.length} files`);
  return copied.map((file) => join(folder, file));
}

/** Makes a different original for each number, from a few pictures with changed colours. */
async function drawPictures(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-pictures-'));
  const drawn = await corpus('picture', Math.min(images, 24));
  return Promise.all(
    names.map(async (name, at) => {
      const path = join(folder, `${name}.png`);
      const hue = Math.floor(at / drawn.length) * 8;
      await sharp(drawn[at % drawn.length])
        .modulate({ hue })
        .png()
        .toFile(path);
      return path;
    }),
  );
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
