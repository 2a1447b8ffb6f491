import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The emulator of OpenAI's API, as a process of its own. */
export interface Emulator extends AsyncDisposable {
  readonly baseUrl: string;
  readonly reset: () => Promise<void>;
}

/** It answers with the pictures of a folder, each after `latency` milliseconds. */
export async function startEmulator(folder: string, latency: number): Promise<Emulator> {
  const cli = fileURLToPath(import.meta.resolve('@tintype/emulators/openai-cli'));
  const args = ['--latency-ms', String(latency), '--pictures', folder];
  const child = spawn(process.execPath, ['-C', 'tintype-source', cli, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { baseUrl, controlUrl } = JSON.parse(line.toString('utf8')) as Record<string, string>;
  return {
    baseUrl: baseUrl!,
    reset: async () => {
      await fetch(`${controlUrl}/__reset`, { method: 'POST' });
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}
