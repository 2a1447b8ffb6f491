import { closeServer, listenHere } from '@tintype/core/internal';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  createSheetHandler,
  type SheetHandler,
  type SheetHandlerOptions,
} from './create-sheet-handler.ts';

export interface SheetServer {
  /** The page's complete address, with the token. */
  readonly url: string;
  /** The addresses for other machines; empty: it is served on this machine only. */
  readonly shared: { readonly look: readonly string[]; readonly pick: readonly string[] };
  /** Stops a purchase if it can be stopped, stores what was paid for, and closes every connection. */
  readonly close: () => Promise<void>;
}

export interface SharedSheet {
  /** An address of this machine, or `0.0.0.0` for all of them. */
  readonly host: string;
  /** Whether there is a second address with which others may pick and note. */
  readonly mayPick: boolean;
}

/**
 * Serves the contact sheet on the loopback interface. `port` 0: any. `shared`: also on an address of the network, where it can be
 * looked at, and picked on if that is asked for. Throws a TintypeError `usage` for a taken port.
 */
export async function serveSheet({
  port: wantedPort,
  shared = null,
  ...options
}: Pick<SheetHandlerOptions, 'context' | 'generate'> & {
  readonly port: number;
  readonly shared?: SharedSheet | null;
}): Promise<SheetServer> {
  const handler = createSheetHandler(options);
  const server = serverOf(handler.handle);
  const port = await listenHere(server, wantedPort);
  const opened = shared === null ? null : await share(handler, shared);
  return {
    url: `http://127.0.0.1:${port}${handler.path}`,
    shared: opened?.addresses ?? { look: [], pick: [] },
    close: async () => {
      await handler.close();
      await closeServer(server);
      if (opened !== null) await closeServer(opened.server);
    },
  };
}

type Handle = SheetHandler['handle'];

function serverOf(handle: Handle): Server {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (await handle(request, response)) return;
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing here.\n');
  };
  return createServer((request, response) => {
    // No request ends the process, because it may have a purchase in flight.
    answer(request, response).catch(() => response.destroy());
  });
}

/** Serves the sheet to other machines, on a port of its own: the address that edits and buys does not exist there. */
async function share(
  handler: SheetHandler,
  { host, mayPick }: SharedSheet,
): Promise<{ readonly server: Server; readonly addresses: SheetServer['shared'] }> {
  const look = handler.handlerFor('look');
  const pick = mayPick ? handler.handlerFor('pick') : null;
  const server = serverOf((request, response) =>
    pick !== null && request.url?.startsWith(pick.path)
      ? pick.handle(request, response)
      : look.handle(request, response),
  );
  const port = await listenHere(server, 0, host);
  const urls = (path: string): string[] =>
    addressesOf(host).map((address) => `http://${address}:${port}${path}`);
  return {
    server,
    addresses: { look: urls(look.path), pick: pick === null ? [] : urls(pick.path) },
  };
}

/** As other machines name this one. */
function addressesOf(host: string): string[] {
  if (isIPv6(host) && host !== '::') return [`[${host}]`];
  if (host !== '0.0.0.0' && host !== '::') return [host];
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
