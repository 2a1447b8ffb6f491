import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { testProject, type TestProject } from '../../core/test/support/project.ts';
import { serveSheet, type SheetServer } from '../src/index.ts';
import type { Sheet, Snippet } from '../src/sheet.ts';

const api = useApi();

const manifest = `defaults: { decorative: true, quality: low, crop: 64x64 }
images:
  hero: { prompt: A lighthouse, number_of_images: 2 }
  fresh: { prompt: A meadow }
`;

interface Shared extends AsyncDisposable {
  readonly project: TestProject;
  readonly server: SheetServer;
}

/** `bought`: the images whose pictures are in the store. */
async function shared(mayPick: boolean, bought: readonly string[] = []): Promise<Shared> {
  const project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  if (bought.length > 0) await project.generate({ ids: bought });
  const server = await serveSheet({
    context: () => project.context(),
    port: 0,
    // This address stands for one of the network.
    shared: { host: '127.0.0.2', mayPick },
  });
  return {
    project,
    server,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await project[Symbol.asyncDispose]();
    },
  };
}

function post(url: string, path: string, body: unknown): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin },
    body: JSON.stringify(body),
  });
}

const set = { layer: 'image', field: 'prompt', value: 'x' };
const key = 'a'.repeat(64);
const requests: readonly (readonly [string, unknown])[] = [
  ['offer', { ids: ['fresh'] }],
  ['buy', { ids: ['fresh'], upToUsd: 1 }],
  ['propose', { id: 'fresh', changes: [set] }],
  ['edit', { id: 'fresh', changes: [set], revision: '' }],
  ['undo', {}],
];
const picks: readonly (readonly [string, unknown])[] = [
  ['pick', { id: 'hero', candidate: 2 }],
  ['note', { id: 'hero', key, note: { star: true } }],
];

test.skipIf(process.platform === 'darwin')(
  'an address to look at shows everything, and changes and buys nothing',
  async () => {
    await using project = await shared(false, ['hero']);
    const [url = ''] = project.server.shared.look;
    expect(project.server.shared.pick).toEqual([]);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.2:\d+\/__tintype\/[\w-]{43}\/$/);
    const sheet = (await (await fetch(`${url}data`)).json()) as Sheet;
    expect(sheet.images).toHaveLength(2);
    expect(sheet.live).toMatchObject({
      role: 'look',
      undo: null,
      buying: { refusal: expect.any(String) },
    });
    const { hash } = sheet.images[0]!.candidates[0]!.picture!;
    expect((await fetch(`${url}picture/${hash}?thumbnail`)).status).toBe(200);
    for (const [path, body] of [...requests, ...picks])
      expect((await post(url, path, body)).status, path).toBe(403);
    for (const path of [
      'form?image=hero',
      'measure?image=hero',
      `bring-back?image=hero&key=${key}`,
    ])
      expect((await fetch(url + path)).status, path).toBe(403);
    expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
    expect(api().ledger).toHaveLength(2);
  },
);

test.skipIf(process.platform === 'darwin')(
  'an address to pick at picks and notes, and edits and buys nothing',
  async () => {
    await using project = await shared(true, ['hero']);
    const [look = ''] = project.server.shared.look;
    const [url = ''] = project.server.shared.pick;
    for (const [path, body] of requests)
      expect((await post(url, path, body)).status, path).toBe(403);
    for (const [path, body] of picks) {
      expect((await post(look, path, body)).status, path).toBe(403);
      expect((await post(url, path, body)).status, path).toBe(200);
    }
    expect((await project.project.read('a.images.yaml')).toString()).toContain('pick: 2');
    expect(api().ledger).toHaveLength(2);
  },
);

test.skipIf(process.platform === 'darwin')(
  'each address has a token of its own, and the one that edits is on this machine only',
  async () => {
    await using project = await shared(true);
    const own = new URL(project.server.url);
    const [look = '', pick = ''] = [project.server.shared.look[0], project.server.shared.pick[0]];
    const network = new URL(look);
    expect(new Set([own.pathname, network.pathname, new URL(pick).pathname]).size).toBe(3);
    expect((await fetch(`${network.origin}${own.pathname}data`)).status).toBe(403);
    expect((await fetch(`${own.origin}${network.pathname}data`)).status).toBe(403);
    expect((await fetch(`${network.origin}/__tintype/`)).status).toBe(403);
    await expect(fetch(`http://127.0.0.2:${own.port}${own.pathname}data`)).rejects.toThrow(
      'fetch failed',
    );
  },
);

test.skipIf(process.platform === 'darwin').each([
  ['another name for this machine', { host: 'tintype.attacker.example' }],
  ['another origin', { origin: 'https://attacker.example' }],
  ['another site, by the word of the browser', { 'sec-fetch-site': 'cross-site' }],
])('refused on the network: %s', async (_, headers) => {
  await using project = await shared(true);
  const { hostname, port, pathname } = new URL(project.server.shared.pick[0]!);
  const status = await new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path: `${pathname}data`, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('an image is handed over as code with its own files', async () => {
  await using project = await shared(false, ['fresh']);
  const read = async (id: string) => fetch(`${project.server.url}snippets?image=${id}`);
  const snippets = (await (await read('fresh')).json()) as Snippet[];
  expect(snippets.map(({ name }) => name)).toEqual(['<picture>', 'CSS', 'command']);
  expect(snippets[0]!.text).toMatch(/^<(picture|img)[^]*fresh\.webp/);
  expect(snippets[1]!.text).toMatch(/^background-image: url\(".*fresh\.webp"\);$/);
  expect((await read('nowhere')).status).toBe(422);
});

test('the files of an image are compared with their picture, and nothing is bought for that', async () => {
  await using project = await shared(false, ['fresh']);
  const bought = api().ledger.length;
  const read = async (id: string) => fetch(`${project.server.url}measure?image=${id}`);
  expect(await (await read('fresh')).json()).toMatchObject([
    {
      file: 'fresh.webp',
      look: { quality: expect.any(Number), defaults: { bytes: expect.any(Number) } },
    },
  ]);
  expect((await read('nowhere')).status).toBe(422);
  expect((await fetch(`${project.server.url}measure`)).status).toBe(400);
  expect(api().ledger).toHaveLength(bought);
});
