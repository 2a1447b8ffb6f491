/**
 * Compares the build of another checkout of this repository with this build. Their runs take turns.
 *
 *     git worktree add ../before 2355765 && (cd ../before && npm run setup && npm run build)
 *     node -C tintype-source bench/before-after.ts --before ../before [--rounds 5] [--only warm] [--save]
 *
 * `--only`: one part: startup, warm, vite, cold, encode or sheet.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { coldRun } from './cold/cold-run.ts';
import { type Emulator, startEmulator } from './cold/emulator.ts';
import { compare, type Contestant } from './support/compare.ts';
import { corpus, originals } from './support/corpus.ts';
import { emptyFolder } from './support/empty-folder.ts';
import { installPeers, peersDir } from './support/install-peers.ts';
import { type Measure, medianOf, ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { storedProject } from './support/stored-project.ts';
import { table } from './support/tables.ts';

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    save: { type: 'boolean' },
  },
});
if (values.before === undefined) throw new Error('--before takes the folder of a built checkout');
const rounds = Number(values.rounds);
const checkouts = {
  before: resolve(values.before),
  after: fileURLToPath(new URL('..', import.meta.url)),
} as const;
type Side = keyof typeof checkouts;
const sides = ['before', 'after'] as const;
const work = await mkdtemp(join(tmpdir(), 'tintype-bench-sides-'));

const parts = { startup, warm, vite, cold, encode, sheet };
const rows: string[][] = [];
for (const [name, part] of Object.entries(parts)) {
  if (name === (values.only ?? name)) await part();
}
publish(
  'The rebuild: before and after',
  table(['', 'CPU before', 'after', 'ratio', 'wall ratio', 'peak before', 'after', 'ratio'], rows),
);
await rm(work, { recursive: true });

async function startup(): Promise<void> {
  const roots = await both((side) => warmProject(side, 10, [16, 32, 48]));
  await row('tintype --help', (side) => cli(side, roots[side], '--help'), 3);
  await row('a warm plan of 10 images', (side) => cli(side, roots[side], 'plan'), 3);
  await row('a warm run of 10 images', (side) => cli(side, roots[side]), 3);
}

async function warm(): Promise<void> {
  const few = await both((side) => warmProject(side, 1000, [16, 32, 48]));
  await row('a warm run of 1,000 images, 12 files each', (side) => cli(side, few[side]), 3);
  const many = await both((side) => warmProject(side, 10_000, []));
  await row('a warm run of 10,000 images, 3 files each', (side) => cli(side, many[side]), 3);
  await row('a warm plan of 10,000 images', (side) => cli(side, many[side], 'plan'), 3);
}

async function vite(): Promise<void> {
  installPeers();
  const roots = await both((side) => warmProject(side, 1000, [16, 32, 48]));
  const names = Array.from(
    { length: 1000 },
    (_, at) => `page-${String(Math.floor(at / 100)).padStart(4, '0')}/picture-${at % 100}`,
  );
  const importing = await both(async (side) => {
    const root = join(work, side, 'importing');
    await cp(roots[side], root, { recursive: true });
    await rm(join(root, 'public'), { recursive: true });
    const imports = names.map((name, at) => `import p${at} from 'virtual:tintype/${name}';\n`);
    const list = names.map((_, at) => `p${at}`).join(', ');
    await writeFile(join(root, 'main.js'), `${imports.join('')}export default [${list}];\n`);
    return root;
  });
  await builds('a warm Vite build of 1,000 images, 12 files each', importing);

  const foreign = await both(async () => {
    const manifest = 'images:\n  hero: { prompt: hero, decorative: true }\n';
    const { root } = await storedProject({ 'a.images.yaml': manifest }, await corpus('picture', 1));
    const folder = join(root, 'site');
    await mkdir(folder);
    const modules = Array.from({ length: 3000 }, (_, at) => `m${at}`);
    for (const name of modules)
      await writeFile(join(folder, `${name}.js`), `export const ${name} = (x) => x + 1;\n`);
    const imports = modules.map((name) => `import { ${name} } from './${name}.js';\n`).join('');
    await writeFile(join(folder, 'main.js'), `${imports}export default [${modules.join()}];\n`);
    return folder;
  });
  await builds('a Vite build of 3,000 modules without pictures', foreign);
}

/** Builds twice before measuring, because a first build has more to do. */
async function builds(what: string, roots: Readonly<Record<Side, string>>): Promise<void> {
  const build = (side: Side) => ({
    command: [
      process.execPath,
      join(peersDir, 'vite-build.mjs'),
      roots[side],
      join(checkouts[side], 'packages/vite-plugin/dist/index.js'),
    ] as const,
    cwd: peersDir,
    env: { NODE_ENV: 'production' },
    before: () => emptyFolder(join(roots[side], 'dist')),
  });
  await compare(contestants(build), 2);
  await row(what, build, 2);
}

async function cold(): Promise<void> {
  const stock = await originals(64);
  await using emulator = await startEmulator(stock, 2000);
  await using slow = await startEmulator(stock, 20_000);
  const small = '{ crop: 64x64, formats: [jpeg], placeholder: none }';
  const drawn = '{ formats: [jpeg] }';
  await buying('64 pictures bought at 2 s, a small file each', small, 64, emulator);
  await buying('16 pictures bought at 20 s, default files', '{}', 16, slow);
  await buying('100 stand-ins, JPEG', drawn, 100, null);
  await buying('400 stand-ins, JPEG', drawn, 400, null);

  async function buying(what: string, fields: string, images: number, api: Emulator | null) {
    const missing = api === null ? 'standin' : 'buy';
    const runs = await both((side) =>
      coldRun({ name: side, fields, images, api, missing, stock, cli: bin(side) }),
    );
    await row(what, (side) => runs[side]);
  }
}

async function encode(): Promise<void> {
  const pictures = await corpus('picture', 12);
  const manifest = `defaults: { decorative: true, formats: [avif, webp, jpeg], widths: [320, 480, 640] }
images:
${pictures.map((_, at) => `  p${at}: { prompt: Picture ${at} }\n`).join('')}`;
  const projects = await both(() => storedProject({ 'a.images.yaml': manifest }, pictures));
  await row('12 pictures encoded, 12 files each', (side) => {
    const { root, outDir, cacheDir } = projects[side];
    const before = async () => {
      for (const dir of [outDir, cacheDir]) await rm(dir, { recursive: true, force: true });
    };
    return { ...cli(side, root), before };
  });
}

/** Includes the browser's processes. */
async function sheet(): Promise<void> {
  await row('the contact sheet of 1,000 images in a browser: bench/sheet.ts', (side) => ({
    command: [
      process.execPath,
      '-C',
      'tintype-source',
      join(checkouts[side], 'bench/sheet.ts'),
    ] as const,
    cwd: checkouts[side],
  }));
}

/** Runs both sides in turn, for `times` times the rounds of `--rounds`, because a short run varies more. */
async function row(
  what: string,
  run: (side: Side) => Omit<Contestant, 'name'>,
  times = 1,
): Promise<void> {
  const samples = await compare(contestants(run), rounds * times);
  const [ms, mb] = [
    (side: Side) => `${medianOf(samples, side, 'cpuMs').toFixed(0)} ms`,
    (side: Side) => `${(medianOf(samples, side, 'peakBytes') / 1e6).toFixed(0)} MB`,
  ];
  const ratio = (measure: Measure) => ratioOf(samples, 'after', 'before', measure).toFixed(3);
  rows.push([
    what,
    ms('before'),
    ms('after'),
    ratio('cpuMs'),
    ratio('wallMs'),
    mb('before'),
    mb('after'),
    ratio('peakBytes'),
  ]);
  console.error(rows.at(-1)!.join(' | '));
}

function contestants(run: (side: Side) => Omit<Contestant, 'name'>): Contestant[] {
  return sides.map((side) => ({ ...run(side), name: side }));
}

async function both<Value>(make: (side: Side) => Promise<Value>): Promise<Record<Side, Value>> {
  return { before: await make('before'), after: await make('after') };
}

/** Each side makes its project with its own code, in its own folder. */
async function warmProject(side: Side, images: number, widths: readonly number[]): Promise<string> {
  const script = join(checkouts[side], 'bench/warm/warm-project.ts');
  const module = (await import(script)) as typeof import('./warm/warm-project.ts');
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = join(work, side);
  await mkdir(join(work, side), { recursive: true });
  try {
    return await module.warmProject(images, widths);
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  }
}

function cli(side: Side, cwd: string, ...args: readonly string[]): Omit<Contestant, 'name'> {
  return { command: [process.execPath, bin(side), ...args], cwd };
}

function bin(side: Side): string {
  return join(checkouts[side], 'packages/cli/dist/bin.js');
}
