import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenProject } from '@tintype/core/modules';
import type { Connect, Logger } from 'vite';
import { devFolder, findDevFile } from './dev-files.ts';
import { failureSvg } from './failure-svg.ts';
import { mediaTypeOf } from '@tintype/core/picture-parts';

export interface DevServerOptions {
  /** Ends in `/`. */
  readonly base: string;
  readonly project: () => Promise<OpenProject>;
  readonly logger: Logger;
}

/**
 * Serves picture files. Encodes a requested file that is not cached, and answers with a picture of the error message if that
 * fails.
 */
export function devMiddleware({
  base,
  project,
  logger,
}: DevServerOptions): Connect.NextHandleFunction {
  const prefix = base + devFolder;
  return (request, response, next) => {
    const isAsking = request.method === 'GET' || request.method === 'HEAD';
    const file = isAsking ? fileBelow(prefix, request.url) : null;
    if (file === null) return next();
    answer(file, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      logger.warnOnce(`[tintype] ${file}: ${message}`);
      send(request, response, failureSvg(file, message), {
        'content-type': 'image/svg+xml',
        'cache-control': 'no-store',
      });
    });
  };

  async function answer(file: string, request: IncomingMessage, response: ServerResponse) {
    const open = await project();
    const found = await findDevFile(open, file);
    if (found === null) throw new Error('no image of the manifests has this file');
    const encoded = await open.encode(found.original, found.spec, 'waited-for');
    const headers = {
      etag: `"${encoded.sha256}"`,
      'cache-control': 'no-cache',
      'content-type': mediaTypeOf(found.spec.format),
    };
    if (request.headers['if-none-match'] === headers.etag) {
      response.writeHead(304, headers).end();
      return;
    }
    send(request, response, await encoded.read(), headers);
  }
}

/** `null`: not a URL of this plugin. */
function fileBelow(prefix: string, url: string | undefined): string | null {
  const path = url?.split('?', 1)[0] ?? '';
  if (!path.startsWith(prefix)) return null;
  try {
    return decodeURIComponent(path.slice(prefix.length));
  } catch {
    return null;
  }
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(method === 'HEAD' ? undefined : body);
}
