import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort, startServer } from './server-process.ts';

export interface PortkeyGateway extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  /** Ends the process at once, with all requests in it. */
  readonly kill: () => Promise<void>;
}

/** Portkey's gateway, as its package starts it. It sends requests to the host that their headers name. */
export async function startPortkey(): Promise<PortkeyGateway> {
  const manifest = createRequire(import.meta.url).resolve('@portkey-ai/gateway/package.json');
  const program = join(dirname(manifest), 'build/start-server.js');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { stop } = await startServer(
    process.execPath,
    [program, `--port=${port}`, '--headless'],
    url,
  );
  return { baseUrl: `${url}/v1`, kill: stop, [Symbol.asyncDispose]: stop };
}
