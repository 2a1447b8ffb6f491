/**
 * Compares the peak memory of collecting many lines of batches with that of few, with pictures of about 1 MB.
 *
 *     node -C tintype-source bench/batch-memory.ts [--few 500] [--many 5000] [--save]
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { compare, type Contestant } from './support/compare.ts';
import { numberFlags } from './support/flags.ts';
import { ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { comparisonTable, goalTable } from './support/tables.ts';

const { few, many } = numberFlags({ few: 500, many: 5000 });
const cli = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url));
const side = 816;

const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-batch-'));
const emulator = await startEmulator(join(folder, 'pictures'));
try {
  const contestants = [await ordered(few), await ordered(many)];
  const samples = await compare(contestants, 1);
  const [small, large] = contestants.map(({ name }) => name) as [string, string];
  const goal = {
    what: `memory: ${large}, to ${small}`,
    measured: ratioOf(samples, large, small, 'peakBytes'),
    atMost: 1.15,
  };
  publish('Collecting batches', [comparisonTable(samples, small), goalTable([goal])].join('\n\n'));
} finally {
  emulator.child.kill();
  await rm(folder, { recursive: true });
}

/** A project whose pictures are ordered and ready to collect. */
async function ordered(count: number): Promise<Contestant> {
  const root = join(folder, String(count));
  await mkdir(root);
  const ids = Array.from({ length: count }, (_, at) => `p${at}`);
  const manifest = [
    `defaults: { decorative: true, quality: low, size: ${side}x${side}, placeholder: none }`,
    'images:',
    ...ids.map((id) => `  ${id}: { prompt: Picture ${id} of ${count} }`),
  ].join('\n');
  await writeFile(join(root, 'a.images.yaml'), manifest);
  await writeFile(join(root, 'package.json'), '{}');
  // A temporary folder with thousands of names would be listed for each line if others have taken the name of the rescue folder.
  await mkdir(join(root, 'tmp'));
  const env = {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: emulator.baseUrl,
    TMPDIR: join(root, 'tmp'),
  };
  const command = (...args: readonly string[]) =>
    [process.execPath, cli, 'batch', ...args, '--root', root] as const;
  const [node, ...args] = command('submit', '--yes', '--max-cost', '1000');
  const { status } = spawnSync(node, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`the submission ended with ${status}`);
  // During a long submission, the server would close a connection that is kept open.
  const headers = { connection: 'close' };
  await fetch(`${emulator.controlUrl}/__batches`, { method: 'POST', body: '{}', headers });
  return { name: `${count} lines`, command: command('collect'), env };
}

/** The API in a process of its own, which answers with three pictures of noise. */
async function startEmulator(pictures: string) {
  await mkdir(pictures);
  for (let at = 0; at < 3; at++) {
    // With four bits of noise in each byte, a PNG has about half of its raw size.
    const noise = randomBytes(side * side * 3).map((byte) => byte & 0x0f);
    const raw = { width: side, height: side, channels: 3 } as const;
    await sharp(noise, { raw })
      .png()
      .toFile(join(pictures, `${at}.png`));
  }
  const script = fileURLToPath(import.meta.resolve('@tintype/emulators/openai-cli'));
  const child = spawn(process.execPath, ['-C', 'tintype-source', script, '--pictures', pictures], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { baseUrl, controlUrl } = JSON.parse(line) as { baseUrl: string; controlUrl: string };
  return { child, baseUrl, controlUrl };
}
