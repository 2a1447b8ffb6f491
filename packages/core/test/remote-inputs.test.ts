import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { fetchRemote } from '../src/provider/fetch-remote.ts';
import { sha256 } from '../src/hash.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { startHttpsServer, testCa } from './support/https-server.ts';
import { picture } from './support/pictures.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const fetchInput = (url: string) => fetchRemote(url, { isAllowed: () => true, ca: testCa });
const noNetwork = () => Promise.reject(new Error('the network was asked'));

/** A server of pictures by path, and a project with one of them as an input. */
async function setUp(pictures: Record<string, Uint8Array>) {
  const answer: RequestListener = (request, response) => {
    const bytes = pictures[request.url ?? ''];
    if (bytes === undefined) response.writeHead(404).end();
    else response.end(bytes);
  };
  const server = await startHttpsServer(answer);
  const project = await testProject(
    { 'a.images.yaml': manifest(`${server.url}/ref.png?v=1`) },
    api().baseUrl,
  );
  return {
    server,
    project,
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function manifest(url: string, prompt = 'hat'): string {
  return `images:\n  a:\n    prompt: ${prompt}\n    quality: low\n    size: 1408x480\n    decorative: true\n    crop: 64x64\n    output_format: jpeg\n    input_images: ["${url}"]\n`;
}

async function pins({ root }: TestProject): Promise<string[]> {
  return [...(await filesBelow(join(root, '.tintype/inputs'))).keys()];
}

describe('an https: input', () => {
  test('waits in the plan until a run has fetched it, because planning fetches nothing', async () => {
    await using setup = await setUp({ '/ref.png?v=1': await picture() });
    const plan = await setup.project.plan({ fetchInput: noNetwork });
    expect(plan.requests).toMatchObject([
      {
        status: 'blocked',
        key: null,
        reason: expect.stringMatching(/^waits for https:.*which was not fetched yet$/) as string,
      },
    ]);
    expect(plan.requests[0]?.costUsd?.high).toBeGreaterThan(0);
    expect(await pins(setup.project)).toEqual([]);
  });

  test('is sent as it is, enters the key by its bytes and is kept by URL in a small record', async () => {
    const bytes = await picture('webp');
    await using setup = await setUp({ '/ref.png?v=1': bytes });
    const { project, server } = setup;
    const { result, error } = await project.generate({ fetchInput });
    expect({ error, bought: result?.bought }).toEqual({ error: null, bought: 1 });
    expect(api().ledger[0]?.files).toMatchObject([
      { fileName: 'ref.webp', contentType: 'image/webp', sha256: sha256(bytes) },
    ]);
    const [pin] = await pins(project);
    expect(JSON.parse((await project.read(`.tintype/inputs/${pin}`)).toString())).toEqual({
      version: 1,
      file: `${server.url}/ref.png?v=1`,
      sha256: sha256(bytes),
      info: { format: 'webp', width: 64, height: 48, hasAlpha: false },
    });
    expect((await project.plan()).requests[0]?.request?.input_images).toEqual([sha256(bytes)]);
  });

  test('needs no network once its picture is stored: a second run, and CI', async () => {
    await using setup = await setUp({ '/ref.png?v=1': await picture() });
    const { project, server } = setup;
    await project.generate({ fetchInput });
    const fetched = server.requests;
    await server[Symbol.asyncDispose]();
    expect((await project.generate({ fetchInput: noNetwork })).result).toMatchObject({
      bought: 0,
      delivered: 1,
      written: 0,
    });
    const frozen = await project.generate({
      fetchInput: noNetwork,
      env: { CI: '1', OPENAI_API_KEY: '' },
      options: { outDir: 'ci' },
    });
    expect(frozen.result).toMatchObject({ delivered: 1, bought: 0 });
    expect(server.requests).toBe(fetched);
  });

  test('that was never fetched is a missing original if nothing may be bought, and no request is sent', async () => {
    await using setup = await setUp({});
    for (const missing of ['fail', 'standin'] as const) {
      const { error, result } = await setup.project.generate({
        fetchInput: noNetwork,
        options: { missing },
      });
      if (missing === 'fail') expect(error).toMatchObject({ code: 'originals-missing' });
      else expect(result).toMatchObject({ delivered: 1 });
    }
  });

  test('that has changed since it was pinned is not sent, and nothing is bought with it', async () => {
    const pictures = { '/ref.png?v=1': await picture() };
    await using setup = await setUp(pictures);
    const { project, server } = setup;
    await project.generate({ fetchInput });
    pictures['/ref.png?v=1'] = await picture('png', { color: '#102030' });
    expect((await project.generate({ fetchInput })).result).toMatchObject({
      bought: 0,
      delivered: 1,
    });

    await project.write('a.images.yaml', manifest(`${server.url}/ref.png?v=1`, 'cap'));
    const { result, events } = await project.generate({ fetchInput });
    expect(result).toMatchObject({ bought: 0, failed: 1 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      {
        code: 'input-changed',
        maybeBilled: false,
        message: expect.stringMatching(/not what it was when it was first fetched; save/) as string,
      },
    ]);
    expect(api().requests).toHaveLength(1);
  });

  test.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['is not there', {}, /answers 404/],
    [
      'is no picture',
      { '/ref.png?v=1': Buffer.from('<html>') },
      /cannot be used: it does not decode/,
    ],
  ])('that %s is a mistake at its place', async (_, pictures, message) => {
    await using setup = await setUp(pictures);
    const { error, events } = await setup.project.generate({ fetchInput });
    expect(error).toMatchObject({ code: 'manifest' });
    expect(eventsOf(events, 'diagnostic')).toMatchObject([
      { code: 'bad-input', line: 9, column: 20, message: expect.stringMatching(message) as string },
    ]);
    expect(await pins(setup.project)).toEqual([]);
    expect(api().requests).toEqual([]);
  });

  test('at a private address is refused by default', async () => {
    await using setup = await setUp({ '/ref.png?v=1': await picture() });
    const { events } = await setup.project.generate();
    expect(eventsOf(events, 'diagnostic')).toMatchObject([
      {
        code: 'bad-input',
        message: expect.stringContaining('leads to an address that is not public') as string,
      },
    ]);
    expect(setup.server.requests).toBe(0);
  });

  test('whose pin is damaged is fetched again, with a warning', async () => {
    await using setup = await setUp({ '/ref.png?v=1': await picture() });
    const { project } = setup;
    await project.generate({ fetchInput });
    const [pin] = await pins(project);
    for (const text of ['<<<<<<<', 'null', '{"version":1,"file":"x","sha256":"y","info":null}']) {
      await project.write(`.tintype/inputs/${pin}`, text);
      const { result, events } = await project.generate({ fetchInput });
      expect(result).toMatchObject({ bought: 0, delivered: 1 });
      expect(eventsOf(events, 'diagnostic')).toMatchObject([
        { severity: 'warning', code: 'pin-damaged' },
      ]);
    }
  });
});
