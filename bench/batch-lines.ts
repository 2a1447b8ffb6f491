/**
 * Measures what ordering and collecting a batch takes for each line, without encoding: CPU time, wall time, and the bytes that the
 * process reads (on Linux). The emulator is a process of its own.
 *
 *     node -C tintype-source bench/batch-lines.ts [--lines 500] [--open 0]
 *
 * `--open`: so many other batches of 500 lines are open.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  collectProject,
  loadProject,
  submitBatches,
  systemClock,
} from '../packages/core/src/index.ts';
import { requestKey } from '../packages/core/src/plan/request-key.ts';
import type { Batch } from '../packages/core/src/types.ts';
import { numberFlags } from './support/flags.ts';

const { lines, open } = numberFlags({ lines: 500, open: 0 });
const root = await mkdtemp(join(tmpdir(), 'tintype-bench-lines-'));
const script = fileURLToPath(import.meta.resolve('@tintype/emulators/openai-cli'));
const emulator = spawn(process.execPath, ['-C', 'tintype-source', script], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [line] = (await once(createInterface(emulator.stdout), 'line')) as [string];
  const { baseUrl, controlUrl } = JSON.parse(line) as { baseUrl: string; controlUrl: string };
  const ids = Array.from({ length: lines }, (_, at) => `  p${at}: { prompt: Picture ${at} }`);
  const defaults = 'defaults: { decorative: true, quality: low, size: 816x816 }';
  await writeFile(join(root, 'a.images.yaml'), `${defaults}\nimages:\n${ids.join('\n')}\n`);
  await writeFile(join(root, 'package.json'), '{}');
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: baseUrl };
  const project = await loadProject({
    cwd: root,
    env,
    root,
    overrides: { missing: 'buy', maxCostUsd: null },
  });
  const context = {
    ...systemClock,
    ...project,
    report: () => {},
    signal: new AbortController().signal,
  };
  for (let at = 0; at < open; at++) await plant(at);
  const columns = '| step | lines | CPU, ms a line | time, ms a line | read, kB a line |';
  console.log(`${columns}\n| :-- | --: | --: | --: | --: |`);
  await measured('submit', () => submitBatches(context, []));
  await fetch(`${controlUrl}/__batches`, {
    method: 'POST',
    body: '{}',
    headers: { connection: 'close' },
  });
  await measured('collect', () => collectProject(context));
} finally {
  emulator.kill();
  await rm(root, { recursive: true });
}

async function measured(step: string, act: () => Promise<unknown>): Promise<void> {
  const [cpu, startedAt, readBefore] = [process.cpuUsage(), performance.now(), readBytes()];
  await act();
  const readKb = ((readBytes() - readBefore) / 1000 / lines).toFixed(1);
  const { user, system } = process.cpuUsage(cpu);
  const each = (ms: number) => (ms / lines).toFixed(1);
  console.log(
    `| ${step} | ${lines} | ${each((user + system) / 1000)} | ${each(performance.now() - startedAt)} | ${readKb} |`,
  );
}

/** What this process has read so far, from files and connections. */
function readBytes(): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))![1]);
}

/** The note of a batch that the API does not know. */
async function plant(at: number): Promise<void> {
  const name = String(at).padStart(32, '0');
  const lines = Array.from({ length: 500 }, (_, line) => {
    const request = {
      provider: 'openai',
      model: 'gpt-image-2',
      prompt: `Picture ${line} of another batch ${at}`,
      size: '816x816',
      quality: 'low',
      background: 'auto',
    } as const;
    return {
      version: 1,
      key: requestKey(request),
      imageId: `other${line}`,
      manifest: 'a.images.yaml',
      order: '',
      request,
      startedAt: new Date().toISOString(),
      outcome: null,
      requestId: null,
      usage: null,
      batch: name,
    } as const;
  });
  const ids = { fileId: 'file-1', batchId: 'batch_none', dueAt: null, reservedUsd: 1 };
  const batch: Batch = { version: 1, name, provider: 'openai', lines, ...ids };
  await mkdir(join(root, '.tintype/batches'), { recursive: true });
  await writeFile(join(root, '.tintype/batches', `${name}.json`), JSON.stringify(batch, null, 2));
}
