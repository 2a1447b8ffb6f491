import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The programs of a project. */
export interface Programs {
  /** Rejects, with what it printed, if it fails. */
  readonly run: (command: string) => Promise<void>;
  /** Resolves when the server answers. `PORT` in the command is its port, and it is in the environment. */
  readonly serve: (command: string) => Promise<Served>;
}

interface Served extends AsyncDisposable {
  readonly origin: string;
}

export function programsIn(root: string): Programs {
  const start = (command: string, more: NodeJS.ProcessEnv = {}) => {
    const child = spawn(command, {
      cwd: root,
      shell: true,
      // A group of its own, because servers start others.
      detached: true,
      env: { ...environment(root), ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => printed.push(String(chunk)));
    }
    return { child, printed };
  };
  return {
    async run(command) {
      const { child, printed } = start(command);
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`${command}: exit ${code}\n${printed.join('')}`);
    },
    async serve(command) {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const { child, printed } = start(command.replace('PORT', String(port)), {
        PORT: String(port),
        HOST: '127.0.0.1',
      });
      const exited = once(child, 'close');
      const stop = async () => {
        if (child.exitCode === null) process.kill(-child.pid!);
        await exited;
      };
      for (const end = Date.now() + 120_000; Date.now() < end; await sleep(500)) {
        if (child.exitCode !== null) break;
        const isUp = await fetch(origin).then(
          ({ ok }) => ok,
          () => false,
        );
        if (isUp) return { origin, [Symbol.asyncDispose]: stop };
      }
      await stop();
      throw new Error(`${command} does not answer\n${printed.join('').slice(-lastWords)}`);
    },
  };
}

/** Characters. A server that fails may say the same at each request. */
const lastWords = 4_000;

/** As a user's shell has it, with this Node, without a key, and without what npm and tests set. */
function environment(root: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !dropped.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(
      delimiter,
    ),
    ASTRO_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
    NO_COLOR: '1',
  };
}

const dropped =
  /^(?:OPENAI|REPLICATE|TINTYPE|NODE_ENV$|NODE_OPTIONS$|VITEST|npm_(?!config_(?:cache|cafile|registry)$))/i;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address !== 'object') throw new Error('no port');
  return address.port;
}
