/**
 * Prices of a catalogue of 1,000 images, directly and in batches, from `tintype plan --json`. Needs no key and no network.
 * Prints the Markdown table of `docs/batches.md`:
 *
 *     node -C tintype-source bench/batch-prices.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchPriceFactors } from '../packages/core/src/index.ts';
import { table } from './support/tables.ts';

const models = ['gpt-image-2', 'gpt-image-2.5-flare', 'gpt-image-2.6-flare'];
const qualities = ['low', 'medium', 'high'];
const factor = batchPriceFactors['openai']!;
const cli = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url));

const root = await mkdtemp(join(tmpdir(), 'tintype-bench-prices-'));
await writeFile(join(root, 'package.json'), '{}');
const rows: string[][] = [];
for (const model of models) {
  for (const quality of qualities) {
    const { low, high } = await priceOf(model, quality);
    rows.push([model, quality, range(low, high), range(low * factor, high * factor)]);
  }
}
await rm(root, { recursive: true });
console.log(table(['model', 'quality', 'direct', 'in batches'], rows));

async function priceOf(model: string, quality: string): Promise<{ low: number; high: number }> {
  const ids = Array.from({ length: 1000 }, (_, at) => `p${at + 1}`);
  const manifest = [
    `defaults: { model: ${model}, quality: ${quality}, size: 1024x1024, decorative: true }`,
    'images:',
    ...ids.map((id) => `  ${id}: { prompt: "Product ${id} on a white table, in soft light" }`),
  ].join('\n');
  await writeFile(join(root, 'shop.images.yaml'), manifest);
  const text = execFileSync(process.execPath, [cli, 'plan', '--json', '--root', root], {
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  });
  const { totals } = JSON.parse(text) as { totals: { costUsd: { low: number; high: number } } };
  return totals.costUsd;
}

function range(low: number, high: number): string {
  const [from, to] = [low, high].map((usd) => `$${usd.toFixed(2)}`);
  return from === to ? from! : `${from}–${to}`;
}
