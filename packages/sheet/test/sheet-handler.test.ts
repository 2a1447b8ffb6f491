import { request as httpRequest } from 'node:http';
import { moderationBlocked } from '@tintype/emulators/openai';
import { expect, test, describe } from 'vitest';
import { serveSheet, type SheetServer } from '../src/index.ts';
import type { Price, Sheet } from '../src/sheet.ts';
import { useApi } from '../../core/test/support/api.ts';
import { git } from '../../core/test/support/git.ts';
import { type Run, testProject, type TestProject } from '../../core/test/support/project.ts';

const api = useApi();
const slowly = useApi({ latencyMs: 900 });

const manifest = `
defaults: { decorative: true, quality: low, crop: 64x64 }
presets:
  house: { prompt: "{{ prompt }}. Flat illustration, no text." }
images:
  hero:
    preset: house
    prompt: A lighthouse
    number_of_images: 2   # two to choose from
  night:
    prompt: At night
    input_images: [tintype:hero]
  icon: { prompt: An icon, widths: [32, 64], formats: [avif, webp] }
`;

/** Serves the sheet of a project whose `icon` is bought and delivered. */
async function served(run: Run = {}, files: Record<string, string> = {}) {
  const project = await testProject({ 'a.images.yaml': manifest, ...files }, api().baseUrl);
  const server = await serveSheet({ context: () => project.context(run), port: 0 });
  return {
    project,
    server,
    sheet: async () => (await (await ask(server, 'data')).json()) as Sheet,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await project[Symbol.asyncDispose]();
    },
  };
}

function ask({ url }: SheetServer, path: string): Promise<Response> {
  return fetch(url + path);
}

function post({ url }: SheetServer, path: string, body: unknown): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin },
    body: JSON.stringify(body),
  });
}

function imageOf(sheet: Sheet, id: string) {
  const image = sheet.images.find((one) => one.id === id);
  if (image === undefined) throw new Error(`no ${id}`);
  return image;
}

/** Reads the sheet until the purchase has ended. */
async function afterPurchase(sheet: () => Promise<Sheet>): Promise<Sheet> {
  for (;;) {
    const now = await sheet();
    if (now.live?.purchase === null) return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function bought(project: TestProject, ids: readonly string[]): Promise<void> {
  const { error } = await project.generate({ ids });
  expect(error).toBeNull();
}

describe('what the sheet shows', () => {
  test('an image that was not bought has a price that includes its inputs', async () => {
    await using project = await served();
    const sheet = await project.sheet();
    expect(sheet.totals).toMatchObject({ images: 3, pictures: 4, missing: 3, spentUsd: 0 });
    expect(imageOf(sheet, 'hero')).toMatchObject({
      status: 'missing',
      flags: ['missing', 'unpicked'],
      price: { pictures: 2, upstream: [] },
    });
    expect(imageOf(sheet, 'night')).toMatchObject({
      status: 'blocked',
      price: { pictures: 3, upstream: ['hero'] },
    });
    const prices = ['hero', 'night'].map((id) => imageOf(sheet, id).price!.costUsd!.high);
    expect(prices[1]).toBeGreaterThan(prices[0]!);
    expect(api().requests).toEqual([]);
  });

  test("a prompt's own words and the preset's are marked differently", async () => {
    await using project = await served();
    const { prompt, own } = imageOf(await project.sheet(), 'hero');
    expect(prompt).toBe('A lighthouse. Flat illustration, no text.');
    expect(own.map(({ start, end }) => prompt.slice(start, end))).toEqual(['A lighthouse']);
  });

  test('a bought image has its cost, its original and its files', async () => {
    await using project = await served();
    await bought(project.project, ['icon']);
    const sheet = await project.sheet();
    const icon = imageOf(sheet, 'icon');
    expect(icon).toMatchObject({ status: 'delivered', flags: [], changes: [], price: null });
    const [candidate] = icon.candidates;
    expect(candidate).toMatchObject({ status: 'stored', format: 'png' });
    expect(candidate!.costUsd).toBeCloseTo(api().ledger[0]!.costUsd, 6);
    expect(sheet.totals).toMatchObject({
      spentUsd: candidate!.costUsd,
      inUseUsd: candidate!.costUsd,
    });
    const [delivery] = icon.deliveries;
    expect(delivery!.files.map(({ file }) => file)).toEqual([
      'icon-32w.avif',
      'icon-64w.avif',
      'icon.avif',
      'icon-32w.webp',
      'icon-64w.webp',
      'icon.webp',
    ]);
    expect(delivery!.originalBytes).toBe(candidate!.bytes);
    expect(sheet.totals).toMatchObject({
      originalBytes: candidate!.bytes,
      deliveredBytes: delivery!.files[2]!.bytes,
    });
  });
});

describe('who may request what', () => {
  /** A raw request, because `fetch` sets its own Host header. */
  function raw(
    server: SheetServer,
    path: string,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<{ readonly status: number; readonly headers: Record<string, unknown> }> {
    const { hostname, port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
        response.resume();
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers }),
        );
      });
      request.on('error', reject);
      request.end(method === 'POST' ? '{"ids":["icon"],"upToUsd":1}' : undefined);
    });
  }

  test('the page and its data need the right token', async () => {
    await using project = await served();
    const { pathname } = new URL(project.server.url);
    const wrong = pathname.replace(/.\/$/, '_/');
    for (const path of [wrong, `${wrong}data`, '/__tintype/', '/__tintype', '/__tintype/data']) {
      expect(await raw(project.server, path, {}), path).toMatchObject({ status: 403 });
    }
    expect(await raw(project.server, pathname, {})).toMatchObject({ status: 200 });
    expect(await raw(project.server, '/', {})).toMatchObject({ status: 404 });
  });

  // Any site may send them from a visitor's browser. An error that nobody catches would end the process, with a purchase in flight.
  test.each(['//', '//[', 'http://['])('a request for %s finds nothing', async (path) => {
    await using project = await served();
    expect(await raw(project.server, path, {})).toMatchObject({ status: 404 });
    expect((await ask(project.server, 'data')).status).toBe(200);
  });

  test.each([
    ['another name for this machine', { host: 'tintype.attacker.example' }],
    ['an address on the network', { host: '192.168.1.7:4000' }],
    ['a name that begins like ours', { host: 'localhost.attacker.example' }],
    ['another origin', { origin: 'https://attacker.example' }],
    ['no origin that can be named', { origin: 'null' }],
    ['another site, by the word of the browser', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('refused: %s', async (_, headers) => {
    await using project = await served();
    const { pathname } = new URL(project.server.url);
    expect(await raw(project.server, pathname, headers)).toMatchObject({ status: 403 });
  });

  test('no answer is for another origin, and no page can frame it', async () => {
    await using project = await served();
    const { pathname } = new URL(project.server.url);
    for (const path of [pathname, `${pathname}data`]) {
      const { headers } = await raw(project.server, path, {});
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
  });

  const json = { 'content-type': 'application/json' };
  test.each<[string, Record<string, string>]>([
    ['without an origin', json],
    ['as a form', { 'content-type': 'text/plain', origin: 'own' }],
    ['from another origin', { ...json, origin: 'https://attacker.example' }],
  ])('nothing is bought %s', async (_, headers) => {
    await using project = await served();
    const { origin, pathname } = new URL(project.server.url);
    const sent = { ...headers, ...(headers['origin'] === 'own' && { origin }) };
    expect(await raw(project.server, `${pathname}buy`, sent, 'POST')).toMatchObject({
      status: 403,
    });
    expect(await raw(project.server, `${pathname}buy`, { origin }, 'GET')).toMatchObject({
      status: 404,
    });
    expect(api().requests).toEqual([]);
  });

  test('a path that leads out of the project is not found', async () => {
    await using project = await served();
    for (const path of [
      'picture/../../package.json',
      'picture/%2e%2e%2fpackage.json',
      'picture/',
    ]) {
      expect((await ask(project.server, path)).status).toBeGreaterThanOrEqual(403);
    }
  });
});

test('a purchase shows its partial pictures while it waits, and none afterwards', async () => {
  await using project = await served({
    options: { partialImages: 2 },
    env: { OPENAI_BASE_URL: slowly().baseUrl },
  });
  expect(await ask(project.server, 'partial/1')).toMatchObject({ status: 404 });
  await post(project.server, 'buy', { ids: ['icon'], upToUsd: 1 });
  while (((await project.sheet()).live?.purchase?.partials ?? 0) === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const partial = await ask(project.server, 'partial/1');
  expect(partial.headers.get('content-type')).toBe('image/png');
  expect(
    Buffer.from(await partial.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(imageOf(await afterPurchase(project.sheet), 'icon')).toMatchObject({
    status: 'delivered',
  });
  expect(await ask(project.server, 'partial/2')).toMatchObject({ status: 404 });
});

describe('buying', () => {
  test('buys the image and its inputs once, for no more than the agreed price', async () => {
    await using project = await served();
    const { price } = imageOf(await project.sheet(), 'night');
    const reply = await post(project.server, 'buy', {
      ids: ['night'],
      upToUsd: price!.costUsd!.high,
    });
    expect(reply.status).toBe(200);
    const sheet = await afterPurchase(project.sheet);
    expect(imageOf(sheet, 'night')).toMatchObject({
      status: 'delivered',
      price: null,
      failure: null,
    });
    expect(imageOf(sheet, 'hero').candidates.map(({ status }) => status)).toEqual([
      'stored',
      'stored',
    ]);
    expect(api().ledger).toHaveLength(3);
    const again = await post(project.server, 'buy', { ids: ['night'], upToUsd: 1 });
    expect(again.status).toBe(422);
    expect(api().ledger).toHaveLength(3);
  });

  test('uncommitted purchases are reported once', async () => {
    const warnings: string[] = [];
    await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
    git(project.root, 'init', '--quiet');
    const context = () =>
      project.context({}, (event) => {
        if (event.type === 'warning') warnings.push(event.message);
      });
    const server = await serveSheet({ context, port: 0 });
    for (const id of ['icon', 'hero']) {
      await post(server, 'buy', { ids: [id], upToUsd: 1 });
      await afterPurchase(async () => (await (await ask(server, 'data')).json()) as Sheet);
    }
    await server.close();
    const { storeDir } = (await project.context()).config;
    expect(warnings).toEqual([
      expect.stringContaining(
        `1 picture is in no commit yet. To keep it:\n  git add -- ${storeDir} `,
      ),
    ]);
  });

  test('does not spend more than the price on the button', async () => {
    await using project = await served();
    await post(project.server, 'buy', { ids: ['icon'], upToUsd: 0.000_1 });
    const { failure } = imageOf(await afterPurchase(project.sheet), 'icon');
    expect(failure).toMatchObject({ code: 'over-budget', maybeBilled: false });
    expect(api().requests).toEqual([]);
  });

  test('buys several images as one order, each picture once, for the price that it offered', async () => {
    await using project = await served();
    const ids = ['night', 'hero', 'icon'];
    const offer = (await (await post(project.server, 'offer', { ids })).json()) as Price;
    expect(offer).toMatchObject({ pictures: 4, upstream: [] });
    expect(offer.costUsd).toEqual((await project.sheet()).totals.toBuyUsd);
    const night = await (await post(project.server, 'offer', { ids: ['night', 'icon'] })).json();
    expect(night).toEqual({ ...offer, upstream: ['hero'] });

    await post(project.server, 'buy', { ids, upToUsd: offer.costUsd!.high - 0.001 });
    const refused = await afterPurchase(project.sheet);
    expect(refused.live?.failure).toMatchObject({ code: 'over-budget' });
    expect(refused.images.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    expect(api().requests).toEqual([]);

    const replies = await Promise.all(
      [1, 2].map(() => post(project.server, 'buy', { ids, upToUsd: offer.costUsd!.high })),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 422]));
    const sheet = await afterPurchase(project.sheet);
    expect(sheet.images.map(({ status }) => status)).toEqual([
      'unpicked',
      'delivered',
      'delivered',
    ]);
    expect(sheet.live?.failure).toBeNull();
    expect(api().ledger).toHaveLength(4);
    expect(await (await post(project.server, 'offer', { ids })).json()).toBeNull();
  });

  test('of several images, each has its own failure, and the others are bought', async () => {
    await using project = await served();
    api().fail([moderationBlocked(), moderationBlocked()], { prompt: 'lighthouse' });
    await post(project.server, 'buy', { ids: ['night', 'hero', 'icon'], upToUsd: 1 });
    const sheet = await afterPurchase(project.sheet);
    expect(imageOf(sheet, 'hero').failure).toMatchObject({ code: 'moderation' });
    expect(imageOf(sheet, 'night').failure?.message).toMatch(/^"hero": .*safety system/s);
    expect(imageOf(sheet, 'icon')).toMatchObject({ status: 'delivered', failure: null });
    expect(api().ledger).toHaveLength(1);
  });

  test.each([[[]], ['icon'], [['icon', 1]], [['icon', 'nothing']], [undefined]])(
    'buys nothing for ids that are %j',
    async (ids) => {
      await using project = await served();
      for (const path of ['buy', 'offer'])
        expect([400, 422]).toContain(
          (await post(project.server, path, { ids, upToUsd: 1 })).status,
        );
      expect(api().requests).toEqual([]);
    },
  );

  test('a request must contain the price if it is known', async () => {
    await using project = await served();
    const reply = await post(project.server, 'buy', { ids: ['icon'], upToUsd: null });
    expect(await reply.json()).toMatchObject({ message: expect.stringContaining('is known') });
    expect(api().requests).toEqual([]);
  });

  test('allows one purchase at a time', async () => {
    await using project = await served();
    api().fail({ kind: 'delay', ms: 400 });
    const replies = await Promise.all([
      post(project.server, 'buy', { ids: ['icon'], upToUsd: 1 }),
      post(project.server, 'buy', { ids: ['hero'], upToUsd: 1 }),
    ]);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 422]));
    await afterPurchase(project.sheet);
    expect(new Set(api().ledger.map(({ prompt }) => prompt)).size).toBe(1);
  });

  test.each<[string, Run]>([
    ['missing: fail', { options: { missing: 'fail' } }],
    ['missing: standin', { options: { missing: 'standin' } }],
    ['CI', { env: { CI: '1' } }],
  ])('refused where nothing may be bought: %s', async (_, run) => {
    await using project = await served(run);
    expect((await project.sheet()).live?.buying).toHaveProperty('refusal');
    const reply = await post(project.server, 'buy', { ids: ['icon'], upToUsd: 1 });
    expect(reply.status).toBe(422);
    expect(api().requests).toEqual([]);
  });

  test('a failure has the API’s message, and says whether it may have been billed', async () => {
    await using project = await served();
    api().fail(moderationBlocked());
    await post(project.server, 'buy', { ids: ['icon'], upToUsd: 1 });
    const icon = imageOf(await afterPurchase(project.sheet), 'icon');
    expect(icon.flags).toContain('failed');
    expect(icon.failure).toMatchObject({ code: 'moderation', maybeBilled: false });
    expect(icon.failure!.message).toMatch(/safety system/);
  });

  test("if an input failed, the input's message is shown", async () => {
    await using project = await served();
    api().fail([moderationBlocked(), moderationBlocked()], { prompt: 'lighthouse' });
    await post(project.server, 'buy', { ids: ['night'], upToUsd: 1 });
    const { failure } = imageOf(await afterPurchase(project.sheet), 'night');
    expect(failure!.message).toMatch(/^"hero": .*safety system/s);
  });
});

test('a server that closes during a purchase stores what is paid for', async () => {
  const project = await served();
  api().fail({ kind: 'delay', ms: 500 });
  await post(project.server, 'buy', { ids: ['icon'], upToUsd: 1 });
  while (api().requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await project.server.close();
  const { requests } = await project.project.plan({ ids: ['icon'] });
  expect(requests.map(({ status }) => status)).toEqual(['stored']);
  expect(api().ledger).toHaveLength(1);
  await project.project[Symbol.asyncDispose]();
});

describe('picking', () => {
  test('writes the pick, keeps comments, and delivers the picture at no cost', async () => {
    await using project = await served();
    await bought(project.project, ['hero']);
    const reply = await post(project.server, 'pick', { id: 'hero', candidate: 2 });
    expect(reply.status).toBe(200);
    const text = (await project.project.read('a.images.yaml')).toString();
    expect(text).toBe(manifest.replace('choose from\n', 'choose from\n    pick: 2\n'));
    const hero = imageOf(await project.sheet(), 'hero');
    expect(hero).toMatchObject({ status: 'delivered', pick: 2, changes: [] });
    expect(hero.deliveries.map(({ name }) => name)).toEqual(['hero']);
    expect(api().ledger).toHaveLength(2);
  });

  test('a pick that cannot be written is refused with the reason', async () => {
    await using project = await served();
    const reply = await post(project.server, 'pick', { id: 'hero', candidate: 7 });
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({ message: expect.stringContaining('2 candidates') });
  });
});

test('viewing creates no paid provider, and reads no key', async () => {
  const spied = await testProject({
    'a.images.yaml': 'images: { a: { prompt: A, decorative: true } }',
  });
  const read: string[] = [];
  const context = async () => {
    const plain = await spied.context();
    const env = new Proxy(plain.env, {
      get(values, name) {
        read.push(String(name));
        return values[String(name)];
      },
    });
    return { ...plain, env };
  };
  const server = await serveSheet({ context, port: 0 });
  await ask(server, '');
  await ask(server, 'data');
  await ask(server, 'data');
  expect(read).toEqual([]);
  await server.close();
  await spied[Symbol.asyncDispose]();
});

test('a mistake in a manifest is shown until it is corrected', async () => {
  await using project = await served();
  expect((await project.sheet()).images).toHaveLength(3);
  await using changes = await changesOf(project);
  await project.project.write('a.images.yaml', manifest.replace('icon: {', 'icon: { widht: 3,'));
  const broken = await changes.until(({ diagnostics }) => hasError(diagnostics));
  expect(broken.images).toHaveLength(3);
  expect(broken.diagnostics).toMatchObject([
    { code: 'unknown-field', file: 'a.images.yaml', line: 13 },
  ]);
  await project.project.write('a.images.yaml', `${manifest}  more: { prompt: More }\n`);
  const corrected = await changes.until(({ diagnostics }) => !hasError(diagnostics));
  expect(corrected.images).toHaveLength(4);
});

test('a file that changes before the server watches it is read again', async () => {
  await using project = await served();
  expect((await project.sheet()).images).toHaveLength(3);
  await using changes = await changesOf(project);
  await project.project.write('a.images.yaml', `${manifest}  more: { prompt: More }\n`);
  await changes.until(({ images }) => images.length === 4);
});

function hasError(diagnostics: Sheet['diagnostics']): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/** Opens the page, and reads the sheet after each change until it is as it should be. */
async function changesOf({ server, sheet }: Awaited<ReturnType<typeof served>>) {
  const controller = new AbortController();
  const { body } = await fetch(`${server.url}events`, { signal: controller.signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  await ask(server, '');
  return {
    async until(isMet: (sheet: Sheet) => boolean): Promise<Sheet> {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the server ended its events');
        if (!value.includes('event: change')) continue;
        const now = await sheet();
        if (isMet(now)) return now;
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      controller.abort();
    },
  };
}
