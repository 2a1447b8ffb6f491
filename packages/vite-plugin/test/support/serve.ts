import type { InlineConfig, ViteDevServer } from 'vite';
import type { TintypePluginOptions } from '../../src/index.ts';
import type { Vite, ViteProject } from './vite-project.ts';

/** A dev server on the loopback interface. */
export interface Served extends AsyncDisposable {
  readonly server: ViteDevServer;
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** The exports of a module in a server environment. */
  readonly load: (specifier: string) => Promise<Record<string, unknown>>;
}

export async function serve(
  project: ViteProject,
  config: InlineConfig = {},
  options: TintypePluginOptions = {},
  vite?: Vite,
): Promise<Served> {
  const { createServer } = vite ?? (await import('vite'));
  const server = await createServer(project.config(config, options));
  await server.listen();
  const address = server.httpServer?.address();
  if (address === null || typeof address !== 'object') throw new Error('no address');
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    server,
    origin,
    fetch: (path, init) => fetch(new URL(path, origin), init),
    load: (specifier) => server.ssrLoadModule(specifier),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
