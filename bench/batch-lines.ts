/**
 * Measures the CPU time and the wall time that ordering and collecting a batch takes for each line, without encoding. The emulator
 * is a process of its own.
 *
 *     node -C tintype-source bench/batch-lines.ts [--lines 500]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
import { numberFlags } from './support/flags.ts';

const { lines } = numberFlags({ lines: 500 });
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
  console.log('| step | lines | CPU, ms a line | time, ms a line |\n| :-- | --: | --: | --: |');
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
  const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
  await act();
  const { user, system } = process.cpuUsage(cpu);
  const each = (ms: number) => (ms / lines).toFixed(1);
  console.log(
    `| ${step} | ${lines} | ${each((user + system) / 1000)} | ${each(performance.now() - startedAt)} |`,
  );
}
