import { closeServer, listenHere } from '@tintype/core/internal';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSheetHandler, type SheetHandlerOptions } from './create-sheet-handler.ts';

export interface SheetServer {
  /** The page's complete address, with the token. */
  readonly url: string;
  /** Stops a purchase if it can be stopped, stores what was paid for, and closes every connection. */
  readonly close: () => Promise<void>;
}

/** Serves the contact sheet on the loopback interface. `port` 0: any. Throws a TintypeError `usage` for a taken port. */
export async function serveSheet({
  port: wantedPort,
  ...options
}: Pick<SheetHandlerOptions, 'context' | 'generate'> & {
  readonly port: number;
}): Promise<SheetServer> {
  const handler = createSheetHandler(options);
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await handler.handle(request, response)) return;
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing here.\n');
  }
  const port = await listenHere(server, wantedPort);
  return {
    url: `http://127.0.0.1:${port}${handler.path}`,
    close: async () => {
      await handler.close();
      await closeServer(server);
    },
  };
}
