/** Serves the site: `node server.ts` serves the build, and `node server.ts --dev` serves through Vite. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    dev: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '5173' },
  },
});

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const server = createServer();
const handler = flags.dev ? await devHandler() : await builtHandler();
server.on('request', (request: IncomingMessage, response: ServerResponse) => {
  Promise.resolve(handler(request, response)).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end('The boiler is out. See the terminal.');
  });
});
server.listen(Number(flags.port), flags.host, () => {
  console.log(`http://${flags.host}:${(server.address() as AddressInfo).port}/`);
});

/** Vite serves files and modules, and this serves the page. */
async function devHandler(): Promise<Handler> {
  const { createServer: createVite } = await import('vite');
  const vite = await createVite({
    server: { middlewareMode: true, ws: { server } },
  });
  const showPage: Handler = async ({ url = '/' }, response) => {
    const template = await vite.transformIndexHtml(url, await readFile('index.html', 'utf8'));
    const { render } = await vite.ssrLoadModule('/src/entry-server.ts');
    sendPage(response, template, (render as () => string)());
  };
  return (request, response) => {
    vite.middlewares(request, response, () => {
      Promise.resolve(showPage(request, response)).catch((error: Error) => {
        vite.ssrFixStacktrace(error);
        console.error(error);
        response.writeHead(500).end(error.message);
      });
    });
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.webp': 'image/webp',
};

async function builtHandler(): Promise<Handler> {
  const client = join(import.meta.dirname, 'dist/client');
  const entry = './dist/server/entry-server.js';
  const [template, { render }] = await Promise.all([
    readFile(join(client, 'index.html'), 'utf8'),
    import(entry) as Promise<{ readonly render: () => string }>,
  ]);
  return async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    if (pathname === '/') return sendPage(response, template, render());
    const file = join(client, normalize(decodeURIComponent(pathname)));
    const bytes = await readFile(file).catch(() => null);
    if (bytes === null) return void response.writeHead(404).end();
    response
      .writeHead(200, {
        'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
        // The name contains the hash of the content, so it never means another file.
        'cache-control': 'public, max-age=31536000, immutable',
      })
      .end(bytes);
  };
}

function sendPage(response: ServerResponse, template: string, page: string): void {
  const html = template.replace('<!--page-->', () => page);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
}
