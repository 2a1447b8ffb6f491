/**
 * Compares cold encodes with those of other tools: 1024 x 1024 pictures to four widths in AVIF, WebP and JPEG.
 *
 *     node -C tintype-source bench/encode.ts [--rounds 5] [--pictures 24] [--contestants 6] [--queue 2] [--save]
 *
 * `--contestants`: only the first ones of the table. With 3, the close ones get more rounds in the same time.
 * `--queue`: how many encodes the script by hand has at once. On two processors 2 is the fastest: 4 took 1.08 of the wall
 * time and 1.4 of the memory (2026-11-26).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkEqualFiles } from './encode/check-equal-files.ts';
import { compareLooks } from './encode/compare-looks.ts';
import { formats, widths } from './encode/work.ts';
import { compare, type Contestant } from './support/compare.ts';
import { corpus } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { installPeers, peersDir } from './support/install-peers.ts';
import { type Measure, ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { storedProject } from './support/stored-project.ts';
import { comparisonTable, type Goal, goalTable } from './support/tables.ts';

const flags = numberFlags({ rounds: 5, pictures: 24, contestants: 6, queue: 2 });
const { rounds, pictures: count, queue } = flags;
installPeers();
const pictures = await corpus('picture', count);
const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-encode-'));

const byHand = `by hand, queue of ${queue}`;
const theirs = 'tintype, their settings';
const imagetools = 'vite-imagetools';
const peers = [imagetools, 'eleventy-img', 'astro'];

const project = await storedProject({ 'a.images.yaml': manifest() }, pictures);
const ours = 'tintype, our defaults';
const samples = await compare(
  [
    script(byHand, 'encode/by-hand.ts', [String(queue)]),
    script(theirs, 'encode/derive.ts', []),
    ...peers.map(peer),
    commandLine(),
  ].slice(0, flags.contestants),
  rounds,
);
checkEqualFiles(samples, byHand, theirs);
const isWhole = samples.has(ours);
const parts = isWhole ? await ourDefaults() : [goalTable(theirSettings())];
publish(
  isWhole ? 'Encode' : 'Encode, those that are close',
  [comparisonTable(samples, byHand), ...parts].join('\n\n'),
);
await rm(folder, { recursive: true });

async function ourDefaults(): Promise<string[]> {
  const looks = await compareLooks(outOf(byHand), project.outDir, pictures);
  const goals = [
    ...theirSettings(),
    { what: 'our defaults: bytes of all files', measured: looks.bytes, atMost: 1.04 },
    ...peers.map((name) => ({
      what: `our defaults: wall, to ${name}`,
      measured: ratio(ours, name, 'wallMs'),
      atMost: 0.35,
    })),
  ];
  return [
    "Our defaults beside sharp's, which are the peers': ours to theirs in bytes, and MS-SSIM of luma.",
    looks.text,
    goalTable(goals),
  ];
}

function theirSettings(): Goal[] {
  return [
    {
      what: 'their settings: wall, to by hand',
      measured: ratio(theirs, byHand, 'wallMs'),
      atMost: 1.02,
    },
    {
      what: 'their settings: CPU, to by hand',
      measured: ratio(theirs, byHand, 'cpuMs'),
      atMost: 1.02,
    },
    {
      what: `their settings: wall, to ${imagetools}`,
      measured: ratio(theirs, imagetools, 'wallMs'),
      atMost: 0.97,
    },
    {
      what: `their settings: memory, to ${imagetools}`,
      measured: ratio(theirs, imagetools, 'peakBytes'),
      atMost: 0.75,
    },
  ];
}

function ratio(name: string, other: string, measure: Measure): number {
  return ratioOf(samples, name, other, measure);
}

/** A script of ours. Its arguments are the folder that it writes to, `args` and the pictures. */
function script(name: string, file: string, args: readonly string[]): Contestant {
  const out = outOf(name);
  return {
    name,
    command: [process.execPath, '-C', 'tintype-source', here(file), out, ...args, ...pictures],
    before: () => rm(out, { recursive: true, force: true }),
  };
}

function peer(name: string): Contestant {
  const out = outOf(name);
  const args = [out, formats.join(','), widths.join(','), ...pictures];
  return {
    name,
    command: [process.execPath, join(peersDir, `${name}.mjs`), ...args],
    cwd: peersDir,
    env: { ASTRO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    before: () => rm(out, { recursive: true, force: true }),
  };
}

/**
 * The built CLI as users run it, from the manifest to the output folder. Only the originals exist before. At 66, AVIF looks
 * like AVIF at the peers' default, and at 85, mozjpeg looks like JPEG without it.
 */
function commandLine(): Contestant {
  return {
    name: ours,
    command: [
      process.execPath,
      here('../packages/cli/dist/bin.js'),
      '--root',
      project.root,
      '--frozen',
    ],
    before: async () => {
      for (const dir of [project.outDir, project.cacheDir]) {
        await rm(dir, { recursive: true, force: true });
      }
    },
  };
}

function manifest(): string {
  return [
    'defaults:',
    '  decorative: true',
    '  formats: { avif: 66, webp: 80, jpeg: 85 }',
    `  widths: [${widths.slice(0, -1).join(', ')}]`,
    'images:',
    ...pictures.map((_, at) => `  p${at}: { prompt: Picture ${at} }`),
  ].join('\n');
}

function outOf(name: string): string {
  return join(folder, name.replaceAll(/\W+/g, '-'));
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
