import { TintypeError } from '@tintype/core';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSheetHandler, type SheetHandlerOptions } from './create-sheet-handler.ts';

export interface SheetServer {
  /** The page's complete address, with the token. */
  readonly url: string;
  /** Stops a purchase if it can be stopped, stores what was paid for, and closes every connection. */
  readonly close: () => Promise<void>;
}

/** Serves the contact sheet on the loopback interface. `port` 0: any. Throws a TintypeError `usage` for a taken port. */
export async function serveSheet(
  options: Pick<SheetHandlerOptions, 'context'> & { readonly port: number },
): Promise<SheetServer> {
  const handler = createSheetHandler({ context: options.context });
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await handler.handle(request, response)) return;
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing here.\n');
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used: ${cause.code}`;
      reject(new TintypeError('usage', `port ${options.port} ${reason}`, { cause }));
    });
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${handler.path}`,
    close: async () => {
      await handler.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
