import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { http } from '../src/index.ts';
import { testProject } from './support/project.ts';

const manifest = `
defaults: { size: 1024x1024, provider: offline, output_format: webp, widths: [16, 32], crop: 64x64 }
images: { a: { prompt: a, alt: a }, b: { prompt: b, alt: b }, c: { prompt: c, alt: c } }
`;
/** Each image has three files and a preview. */
const entries = 3 * 4;

const env = { TINTYPE_CACHE_KEY: '0123456789abcdef-of-a-team-0123456789abcdef' };

test('machines share files through a web server', async () => {
  await using server = await startServer();
  const first = await build(server, 'readwrite');
  expect(first.counts).toMatchObject({ missing: entries, uploaded: entries });
  const second = await build(server, 'read');
  expect(second.counts).toMatchObject({ fetched: entries, missing: 0 });
  expect(second.files).toEqual(first.files);
  expect(server.methods).toEqual(new Set(['GET', 'PUT']));
});

/** What a bad server sends for a GET of an entry. */
const faults: Record<string, (response: ServerResponse, entry: Buffer) => void> = {
  '403': (response) => response.writeHead(403).end('no'),
  '500': (response) => response.writeHead(500).end('no'),
  'a page of another site': (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
  'a redirect': (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
  'one bit changed': (response, entry) => {
    entry[entry.length >> 1]! ^= 1;
    response.end(entry);
  },
  'an answer without an end': (response) => {
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(more));
    };
    more();
  },
  'an answer that is cut': (response, entry) => {
    response.writeHead(200, { 'content-length': entry.length });
    response.write(entry.subarray(0, 20), () => response.destroy());
  },
  'an answer that comes byte by byte': (response, entry) => {
    response.writeHead(200, { 'content-length': entry.length });
    let at = 0;
    const timer = setInterval(() => response.write(entry.subarray(at, ++at)), 100);
    response.on('close', () => clearInterval(timer));
  },
  'no answer': () => {},
  'a closed connection': (response) => void response.destroy(),
};

test.each(Object.entries(faults))(
  'a server that gives %s is of no use, and does no harm',
  async (_, fault) => {
    await using server = await startServer();
    const expected = await build(server, 'readwrite');
    server.answer = fault;
    const started = performance.now();
    const { counts, files } = await build(server, 'read');
    expect(files).toEqual(expected.files);
    expect(counts).toMatchObject({ fetched: 0 });
    // This is far below the time limit of a request, which is half a minute.
    expect(performance.now() - started).toBeLessThan(20_000);
  },
);

test('a build does not wait for a server that answers late', async () => {
  await using server = await startServer();
  const expected = await build(server, 'readwrite');
  server.answer = (response, entry) => void setTimeout(() => response.end(entry), 20_000).unref();
  const started = performance.now();
  const { counts, files } = await build(server, 'read');
  expect(files).toEqual(expected.files);
  expect(counts).toMatchObject({ fetched: 0, slower: entries });
  expect(performance.now() - started).toBeLessThan(15_000);
});

async function build(server: Server, mode: 'read' | 'readwrite') {
  await using project = await testProject({ 'a.images.yaml': manifest });
  const remote = http({ url: server.url });
  const { error, events } = await project.generate({ env, options: { cache: { remote, mode } } });
  expect(error).toBeNull();
  const outDir = join(project.root, 'public/images');
  const names = await readdir(outDir);
  const bytes = await Promise.all(names.map(async (name) => readFile(join(outDir, name), 'hex')));
  return {
    counts: events.find((event) => event.type === 'shared-cache'),
    files: Object.fromEntries(names.map((name, at) => [name, bytes[at]!])),
  };
}

interface Server extends AsyncDisposable {
  readonly url: string;
  readonly methods: Set<string>;
  answer: (response: ServerResponse, entry: Buffer) => void;
}

/** A web server that keeps files in memory. */
async function startServer(): Promise<Server> {
  const files = new Map<string, Buffer>();
  const methods = new Set<string>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '' } = request;
    methods.add(method);
    if (method === 'PUT') {
      files.set(url, Buffer.concat(await request.toArray()));
      response.writeHead(201).end();
      return;
    }
    const entry = files.get(url);
    if (entry === undefined) response.writeHead(404).end();
    else server.answer(response, Buffer.from(entry));
  };
  const listener = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const server: Server = {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/cache/`,
    methods,
    answer: (response, entry) => void response.end(entry),
    [Symbol.asyncDispose]: async () => {
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
  return server;
}
