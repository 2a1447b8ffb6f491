/**
 * Runs the emulator as a process of its own, until it is ended:
 *
 *     node packages/emulators/src/openai-cli.ts [--port 4010] [--latency-ms 2000] [--images-per-minute 5]
 *         [--minute-ms 60000] [--api-key sk-test] [--today 2026-12-02] [--detail photographic]
 *         [--pictures <folder of PNGs to answer with>] [--batch-latency-ms 60000]
 *
 * It prints one JSON line, `{ "baseUrl": …, "controlUrl": … }`. Look at `GET <controlUrl>/__ledger` and `/__requests`;
 * `POST <controlUrl>/__fail` takes `{ "fault": …, "match": { "prompt": …, "times": … } }`, `POST /__reset` forgets all. Batches
 * are at `GET /__batches` and finished with `POST /__batches` and `{}`; `POST /__clock` takes `{ "advanceMs": … }`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { EmulatorOptions } from './openai.ts';
import { startOpenAiEmulator } from './openai.ts';

if (import.meta.main) await main(process.argv.slice(2));

async function main(args: string[]): Promise<void> {
  const emulator = await startOpenAiEmulator(parseOptions(args));
  const { baseUrl, controlUrl } = emulator;
  process.stdout.write(`${JSON.stringify({ baseUrl, controlUrl })}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void emulator.close());
  }
}

function parseOptions(args: string[]): EmulatorOptions {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      'latency-ms': { type: 'string' },
      'images-per-minute': { type: 'string' },
      'minute-ms': { type: 'string' },
      'api-key': { type: 'string', multiple: true },
      today: { type: 'string' },
      detail: { type: 'string' },
      pictures: { type: 'string' },
      'batch-latency-ms': { type: 'string' },
    },
  });
  return {
    ...(values.port && { port: Number(values.port) }),
    ...(values['latency-ms'] && { latencyMs: Number(values['latency-ms']) }),
    ...(values['images-per-minute'] && { imagesPerMinute: Number(values['images-per-minute']) }),
    ...(values['minute-ms'] && { minuteMs: Number(values['minute-ms']) }),
    ...(values['api-key'] && { apiKeys: values['api-key'] }),
    ...(values.today && { today: values.today }),
    ...(values.detail === 'photographic' && { detail: values.detail }),
    ...(values['batch-latency-ms'] && { batchLatencyMs: Number(values['batch-latency-ms']) }),
    ...(values.pictures && { pictures: readPictures(values.pictures) }),
  };
}

function readPictures(folder: string): Buffer[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .toSorted()
    .map((name) => readFileSync(join(folder, name)));
}
