import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { invalidKey } from '@tintype/emulators/openai';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Provider, type StoreRecord, TintypeError } from '../src/index.ts';
import { sha256 } from '../src/hash.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { describePicture, picture } from './support/pictures.ts';
import { isQueued, testKey, testProject, type TestProject } from './support/project.ts';

const api = useApi();

/** The fields of an image that is cheap to encode, because it is cropped. */
function image(prompt: string, more = ''): string {
  return whole(prompt, `, crop: 64x64${more}`);
}

function whole(prompt: string, more = ''): string {
  return `{ prompt: ${prompt}, quality: low, size: 1408x480, decorative: true, placeholder: none, output_format: jpeg${more} }`;
}

function manifest(images: Readonly<Record<string, string>>): string {
  return `images:\n${Object.entries(images)
    .map(([id, fields]) => `  ${id}: ${fields}\n`)
    .join('')}`;
}

function projectOf(images: Readonly<Record<string, string>>): Promise<TestProject> {
  return testProject({ 'a.images.yaml': manifest(images) }, api().baseUrl);
}

async function records({ root }: TestProject): Promise<StoreRecord[]> {
  const files = [...(await filesBelow(join(root, '.tintype/records'))).keys()];
  const { readFile } = await import('node:fs/promises');
  return Promise.all(
    files.map(
      async (file) =>
        JSON.parse(await readFile(join(root, '.tintype/records', file), 'utf8')) as StoreRecord,
    ),
  );
}

/** The files in the store's folder of originals or of attempts. */
async function storeFiles({ root }: TestProject, folder: string): Promise<string[]> {
  return [...(await filesBelow(join(root, '.tintype', folder))).keys()];
}

describe('twelve images that use every one of the twelve parameters', () => {
  const twelve = `
defaults: { quality: low }
images:
  plain: { prompt: plain, decorative: true }
  own-key: { prompt: own key, openai_api_key: "\${TEAM_OPENAI_KEY}", decorative: true }
  wide: { prompt: wide, aspect_ratio: "3:2", alt: A wide one }
  tall: { prompt: tall, aspect_ratio: "2:3", decorative: true }
  clear: { prompt: clear, background: transparent, output_format: png, decorative: true }
  edited: { prompt: edited, model: gpt-image-1.5, input_images: [in/a.png], input_fidelity: high, decorative: true }
  lax: { prompt: lax, moderation: low, decorative: true }
  four: { prompt: four, number_of_images: 4, pick: 2, decorative: true }
  rough: { prompt: rough, output_format: jpeg, output_compression: 10, decorative: true }
  fine: { prompt: fine, output_format: jpeg, output_compression: 95, decorative: true }
  best: { prompt: best, quality: high, decorative: true }
  team/ada: { prompt: ada, user_id: user-7, decorative: true }
`;
  const run = { env: { TEAM_OPENAI_KEY: 'sk-team-key-0123456789' } };
  let first: Awaited<ReturnType<TestProject['generate']>>;
  let project: TestProject;
  let ledger: readonly {
    prompt: string;
    body: unknown;
    files: readonly unknown[];
    model: string;
    costUsd: number;
    pictures: readonly string[];
  }[];
  let authorizations: Record<string, string>;

  beforeAll(async () => {
    project = await testProject(
      { 'a.images.yaml': twelve, 'in/a.png': await picture() },
      api().baseUrl,
    );
    first = await project.generate(run);
    ledger = [...api().ledger];
    authorizations = Object.fromEntries(
      api().requests.map(({ body, headers }) => [
        (body as { prompt: string }).prompt,
        headers['authorization'] ?? '',
      ]),
    );
    return () => project[Symbol.asyncDispose]();
  });

  test('buys fifteen pictures, one with each request', () => {
    expect(first).toMatchObject({ error: null, result: { bought: 15, delivered: 12, failed: 0 } });
    expect(ledger.map(({ prompt }) => prompt).toSorted()).toEqual([
      'ada',
      'best',
      'clear',
      'edited',
      'fine',
      'four',
      'four',
      'four',
      'four',
      'lax',
      'own key',
      'plain',
      'rough',
      'tall',
      'wide',
    ]);
  });

  const common = {
    model: 'gpt-image-2.5-flare',
    n: 1,
    size: '1024x1024',
    quality: 'low',
    output_format: 'png',
  };
  test.each<[string, object]>([
    ['plain', {}],
    ['own key', {}],
    ['wide', { size: '1536x1024' }],
    ['tall', { size: '1024x1536' }],
    ['clear', { background: 'transparent' }],
    ['edited', { model: 'gpt-image-1.5', n: '1', input_fidelity: 'high' }],
    ['lax', { moderation: 'low' }],
    ['four', {}],
    ['rough', {}],
    ['fine', {}],
    ['best', { quality: 'high' }],
    ['ada', { safety_identifier: 'user-7' }],
  ])('sends for "%s" what is not at its default, and nothing else', (prompt, differs) => {
    const bodies = ledger.filter((entry) => entry.prompt === prompt).map(({ body }) => body);
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) expect(body).toEqual({ ...common, prompt, ...differs });
  });

  test('sends the key that an image names with its call, and the usual one with the others', () => {
    expect(authorizations['own key']).toBe(`Bearer ${run.env.TEAM_OPENAI_KEY}`);
    expect(authorizations['plain']).toBe(`Bearer ${testKey}`);
  });

  test('writes files of the requested formats and sizes', async () => {
    const files = [...(await filesBelow(join(project.root, 'public/images'))).keys()];
    expect(files).toEqual([
      'best.webp',
      'clear.png',
      'edited.webp',
      'fine.jpeg',
      'four.webp',
      'lax.webp',
      'own-key.webp',
      'plain.webp',
      'rough.jpeg',
      'tall.webp',
      'team/ada.webp',
      'tintype.assets.json',
      'wide.webp',
    ]);
    const shown = async (file: string) =>
      describePicture(await project.read(`public/images/${file}`));
    expect(
      await Promise.all(
        ['plain.webp', 'clear.png', 'fine.jpeg', 'wide.webp', 'tall.webp', 'edited.webp'].map(
          shown,
        ),
      ),
    ).toEqual([
      'webp 1024x1024',
      'png 1024x1024 with alpha',
      'jpeg 1024x1024',
      'webp 1536x1024',
      'webp 1024x1536',
      'webp 1024x1024',
    ]);
    const bytes = async (file: string) => (await project.read(`public/images/${file}`)).length;
    expect(await bytes('rough.jpeg')).toBeLessThan(await bytes('fine.jpeg'));
  });

  test('shows what was bought, to the pixel', async () => {
    const clear = first.result!.plan.requests.find(({ id }) => id === 'clear')!;
    const record = (await records(project)).find(({ key }) => key === clear.key)!;
    const raw = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().raw().toBuffer();
    const original = await project.read(
      `.tintype/originals/${record.original.sha256.slice(0, 2)}/${record.original.sha256}.png`,
    );
    const [was, is] = await Promise.all([
      raw(original),
      raw(await project.read('public/images/clear.png')),
    ]);
    // A PNG at compression 90 may have a palette, so colours are only close. Transparency is equal.
    const middle = 4 * (512 * 1024 + 512);
    for (const at of [0, middle]) {
      for (const channel of [0, 1, 2, 3])
        expect(Math.abs(was[at + channel]! - is[at + channel]!)).toBeLessThan(24);
    }
    expect([is[3], is[middle + 3]]).toEqual([0, 255]);
  });

  test('delivers the candidate that is picked', async () => {
    const second = first.result!.plan.requests.find(
      ({ id, candidate }) => id === 'four' && candidate === 2,
    )!;
    const record = (await records(project)).find(({ key }) => key === second.key)!;
    expect(first.result!.assetMap.images['four']?.ai.original).toBe(record.original.sha256);
    expect(record.request).toMatchObject({ candidate: 2 });
  });

  test('lists them in the asset map, in manifest order', () => {
    const { images } = first.result!.assetMap;
    expect(Object.keys(images)).toEqual([
      'plain',
      'own-key',
      'wide',
      'tall',
      'clear',
      'edited',
      'lax',
      'four',
      'rough',
      'fine',
      'best',
      'team/ada',
    ]);
    expect(images['wide']).toMatchObject({
      alt: 'A wide one',
      width: 1536,
      height: 1024,
      src: 'wide.webp',
      sizes: null,
      ai: { generated: true, provider: 'openai', model: 'gpt-image-2.5-flare' },
    });
  });

  test('stores an original and a record for each request, and no attempt', async () => {
    const all = await records(project);
    expect(all).toHaveLength(15);
    expect(await storeFiles(project, 'originals')).toHaveLength(15);
    expect(await storeFiles(project, 'attempts')).toEqual([]);
    const sent = new Map(
      ledger.flatMap(({ prompt, pictures }) => pictures.map((hash) => [hash, prompt])),
    );
    for (const { original, request, costUsd, usage, provenance } of all) {
      expect(sent.get(original.sha256)).toBe(request.prompt);
      const bytes = await project.read(
        `.tintype/originals/${original.sha256.slice(0, 2)}/${original.sha256}.png`,
      );
      expect(sha256(bytes)).toBe(original.sha256);
      expect(original.bytes).toBe(bytes.length);
      expect(costUsd).toBeGreaterThan(0);
      expect(usage?.outputImageTokens).toBeGreaterThan(0);
      expect(provenance).toMatchObject({
        requestId: expect.stringMatching(/^req_/) as string,
        createdAt: expect.stringMatching(/^2026-11-23T/) as string,
      });
    }
  });

  test('costs what the API bills', () => {
    const billed = ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
    expect(first.result!.costUsd).toBeCloseTo(billed, 5);
  });

  test('warns only about the model that will be shut down', () => {
    expect(
      eventsOf(first.events, 'diagnostic').map(({ severity, code, line }) => [
        severity,
        code,
        line,
      ]),
    ).toEqual([['warning', 'model-shutting-down', 9]]);
    expect(eventsOf(first.events, 'warning')).toEqual([]);
  });

  test('are not requested again by a second run, which needs no key and writes nothing', async () => {
    const before = await lastingFiles(project.root);
    const second = await project.generate({ env: { OPENAI_API_KEY: '' } });
    expect(second).toMatchObject({
      error: null,
      result: { bought: 0, delivered: 12, failed: 0, written: 0, removed: 0, costUsd: 0 },
    });
    expect(api().requests).toEqual([]);
    expect(await lastingFiles(project.root)).toEqual(before);
  });

  /** All files but the snapshots, which a run writes although nothing has changed. */
  async function lastingFiles(root: string) {
    return [...(await filesBelow(root))].filter(([file]) => !file.includes('tintype/v2/plans/'));
  }
});

describe('what is bought', () => {
  test('raising number_of_images from 4 to 6 buys two', async () => {
    await using project = await projectOf({ a: image('hat', ', number_of_images: 4') });
    await project.generate();
    expect(api().ledger).toHaveLength(4);
    await project.write('a.images.yaml', manifest({ a: image('hat', ', number_of_images: 6') }));
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ bought: 2, delivered: 6 });
    for (const type of ['generating', 'generated'] as const) {
      const candidates = eventsOf(events, type).map(({ candidate }) => candidate);
      expect(new Set(candidates)).toEqual(new Set([5, 6]));
    }
    expect(api().ledger).toHaveLength(6);
    expect(new Set((await records(project)).map(({ original }) => original.sha256)).size).toBe(6);
  });

  test('going back to one candidate buys nothing and delivers the first of the four', async () => {
    await using project = await projectOf({ a: image('hat', ', number_of_images: 4') });
    const four = await project.generate();
    await project.write('a.images.yaml', manifest({ a: image('hat') }));
    const one = await project.generate();
    expect(one.result?.bought).toBe(0);
    expect(one.result?.assetMap.images['a']?.ai.original).toBe(
      four.result?.assetMap.images['a-1']?.ai.original,
    );
  });

  test('equal requests of two manifests are bought once, also at the same time', async () => {
    await using project = await testProject(
      {
        'a.images.yaml': manifest({ a: image('hat') }),
        'b/b.images.yaml': manifest({ b: image('hat'), c: image('hat', ', take: 2') }),
      },
      api().baseUrl,
    );
    const { result } = await project.generate();
    expect(result).toMatchObject({ bought: 2, delivered: 3 });
    expect(result?.plan.totals).toMatchObject({ images: 3, missing: 3 });
    const { a, b, c } = result!.assetMap.images;
    expect(a?.ai.original).toBe(b?.ai.original);
    expect(a?.ai.original).not.toBe(c?.ai.original);
    expect(api().ledger).toHaveLength(2);
  });

  test('two runs at once buy a key once', async () => {
    await using project = await projectOf({ a: image('hat'), b: image('cap') });
    const [one, two] = await Promise.all([
      project.generate(),
      project.generate({ options: { outDir: 'other' } }),
    ]);
    expect([one.error, two.error]).toEqual([null, null]);
    expect(one.result!.bought + two.result!.bought).toBe(2);
    expect(billedPrompts(api())).toEqual(['cap', 'hat']);
    expect([one.result!.delivered, two.result!.delivered]).toEqual([2, 2]);
  });

  test.each([
    ['moderation', image('hat', ', moderation: low')],
    ['output_compression', image('hat', ', output_compression: 40')],
    ['user_id', image('hat', ', user_id: someone')],
    ['openai_api_key', image('hat', ', openai_api_key: "${OPENAI_API_KEY}"')],
    ['widths', image('hat', ', widths: [48]')],
    ['formats', image('hat', ', formats: [webp]')],
    ['crop', whole('hat')],
    ['sizes', image('hat', ', sizes: 100vw')],
    [
      'defaults written out',
      image(
        'hat',
        ', number_of_images: 1, background: auto, input_fidelity: low, model: gpt-image-2.5-flare, take: 1',
      ),
    ],
  ])('changing %s buys nothing', async (_, changed) => {
    await using project = await projectOf({ a: image('hat') });
    await project.generate();
    await project.write('a.images.yaml', manifest({ a: changed }));
    const { error, result } = await project.generate();
    expect({ error, bought: result?.bought, delivered: result?.delivered }).toEqual({
      error: null,
      bought: 0,
      delivered: 1,
    });
    expect(api().requests).toHaveLength(1);
  });

  test('moving the manifest, renaming the image and giving it an alt buys nothing', async () => {
    await using project = await projectOf({ a: image('hat') });
    await project.generate();
    await rm(join(project.root, 'a.images.yaml'));
    await project.write(
      'deep/er/b.images.yaml',
      manifest({ 'x/y': image('hat').replace('decorative: true', 'alt: A hat') }),
    );
    const { result } = await project.generate();
    expect(result).toMatchObject({ bought: 0, delivered: 1 });
    expect([...(await filesBelow(join(project.root, 'public/images'))).keys()]).toEqual([
      'tintype.assets.json',
      'x/y.jpeg',
    ]);
  });
});

describe('--missing', () => {
  /** A provider that fails the test if anything reads it. */
  const untouchable = (): Provider => ({
    apiKeyName: 'NO_SUCH_KEY',
    inputs: null,
    originalFormat: 'png',
    refuse: () => {
      throw new Error('a provider was asked what it can do');
    },
    generate: () => {
      throw new Error('a provider was asked for a picture');
    },
  });
  const keyless = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' };

  test('fail lists what is missing and for how much, and needs no key, no network and no provider', async () => {
    await using project = await projectOf({
      a: image('hat'),
      b: image('cap', ', number_of_images: 2, provider: own'),
    });
    const before = await filesBelow(project.root);
    const { error, events } = await project.generate({
      env: keyless,
      options: { missing: 'fail', providers: { own: untouchable() } },
    });
    expect(error).toMatchObject({ code: 'originals-missing' });
    const { message } = error as TintypeError;
    expect(message).toMatch(
      /3 originals are missing[^]*\n {2}a {2}new {2}\$0\.00\d+[^]*\n {2}b \(candidate 1\) [^]*\n {2}b \(candidate 2\) /,
    );
    expect(eventsOf(events, 'planned')).toMatchObject([{ images: 3, missing: 3, costUsd: 0 }]);
    expect(api().requests).toEqual([]);
    expect(await filesBelow(project.root)).toEqual(before);
  });

  test('fail delivers what is stored', async () => {
    await using project = await projectOf({ a: image('hat') });
    await project.generate();
    await rm(join(project.root, 'public'), { recursive: true });
    await rm(join(project.root, 'node_modules'), { recursive: true });
    const { result } = await project.generate({ env: keyless, options: { missing: 'fail' } });
    expect(result).toMatchObject({ delivered: 1, bought: 0 });
    expect(await describePicture(await project.read('public/images/a.jpeg'))).toBe('jpeg 64x64');
  });

  test('standin draws what is missing, marks it, and stores nothing', async () => {
    await using project = await projectOf({
      a: image('hat'),
      b: image('cap', ', provider: own, input_images: ["tintype:a"]'),
    });
    const { error, result } = await project.generate({
      env: keyless,
      options: { missing: 'standin', providers: { own: untouchable() } },
    });
    expect(error).toBeNull();
    expect(result).toMatchObject({ delivered: 2, bought: 0, costUsd: 0 });
    for (const id of ['a', 'b']) {
      expect(result?.assetMap.images[id]?.ai).toMatchObject({
        generated: false,
        provider: 'offline',
        original: null,
      });
      expect(await describePicture(await project.read(`public/images/${id}.jpeg`))).toBe(
        'jpeg 64x64',
      );
    }
    expect(await storeFiles(project, '')).toEqual([]);
    expect(api().requests).toEqual([]);
  });

  test('standin delivers the stored ones as they are', async () => {
    await using project = await projectOf({ a: image('hat') });
    await project.generate();
    await project.write('a.images.yaml', manifest({ a: image('hat'), b: image('cap') }));
    const { result } = await project.generate({ options: { missing: 'standin' } });
    expect(Object.values(result!.assetMap.images).map(({ ai }) => ai.generated)).toEqual([
      true,
      false,
    ]);
  });

  test('a refused key is reported with its variable, and no other request is sent', async () => {
    await using project = await projectOf({
      a: image('hat', ', openai_api_key: "${TEAM_OPENAI_KEY}"'),
      b: image('cap', ', openai_api_key: "${TEAM_OPENAI_KEY}"'),
    });
    api().fail(invalidKey(), { times: 'always' });
    const env = { TEAM_OPENAI_KEY: 'sk-team-0123456789' };
    const { events } = await project.generate({ env, options: { concurrency: 1 } });
    const [first] = eventsOf(events, 'failed');
    expect(first).toMatchObject({ code: 'bad-api-key' });
    expect(first?.message).toMatch(/; check the key in TEAM_OPENAI_KEY$/);
    expect(JSON.stringify(events)).not.toContain(env.TEAM_OPENAI_KEY);
    expect(api().requests).toHaveLength(1);
  });

  test.skipIf(isQueued)(
    'buy without a key is refused with the image and the variable',
    async () => {
      await using project = await projectOf({
        a: image('hat', ', openai_api_key: "${TEAM_OPENAI_KEY}"'),
      });
      const { error } = await project.generate();
      expect(error).toMatchObject({
        code: 'api-key-missing',
        imageId: 'a',
        message: expect.stringContaining('TEAM_OPENAI_KEY') as string,
      });
      expect(api().requests).toEqual([]);
    },
  );
});

describe('ids', () => {
  test('deliver only these images and their inputs, and leave the others as they are', async () => {
    await using project = await projectOf({
      a: image('hat'),
      b: image('cap'),
      c: image('bow', ', input_images: ["tintype:b"]'),
      d: image('tie'),
    });
    const some = await project.generate({ ids: ['c'] });
    expect(billedPrompts(api())).toEqual(['bow', 'cap']);
    expect(Object.keys(some.result!.assetMap.images)).toEqual(['b', 'c']);
    const others = await project.generate({ ids: ['d', 'a'] });
    expect(Object.keys(others.result!.assetMap.images)).toEqual(['a', 'b', 'c', 'd']);
    expect(others.result).toMatchObject({ delivered: 2, removed: 0 });
    const all = await project.generate();
    expect(all.result).toMatchObject({ bought: 0, written: 0 });
  });

  test('that no image has are refused first', async () => {
    await using project = await projectOf({ hero: image('hat') });
    const { error } = await project.generate({ ids: ['hreo'] });
    expect(error).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/no image "hreo".*hero/) as string,
    });
    expect(api().requests).toEqual([]);
  });
});

describe('what was paid for', () => {
  /** A project with one bought image and without its cache. */
  async function bought(): Promise<{ project: TestProject; file: string; record: StoreRecord }> {
    const project = await projectOf({ a: image('hat') });
    await project.generate();
    await rm(join(project.root, 'node_modules'), { recursive: true });
    const [record] = await records(project);
    const { sha256: hash } = record!.original;
    return { project, record: record!, file: `.tintype/originals/${hash.slice(0, 2)}/${hash}.png` };
  }

  async function expectFailure(project: TestProject, code: string, message: RegExp): Promise<void> {
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ failed: 1, bought: 0, delivered: 0 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { id: 'a', code, message: expect.stringMatching(message) as string },
    ]);
    expect(api().requests).toHaveLength(1);
    // The file that was delivered before is still there.
    expect(await describePicture(await project.read('public/images/a.jpeg'))).toBe('jpeg 64x64');
  }

  test('and is damaged fails, and is not bought again', async () => {
    const { project, file } = await bought();
    await using _ = project;
    const bytes = await project.read(file);
    bytes[bytes.length >> 1]! ^= 1;
    await project.write(file, bytes);
    await expectFailure(project, 'original-damaged', /damaged.*git checkout/);
  });

  test('and is gone fails, and is not bought again', async () => {
    const { project, file } = await bought();
    await using _ = project;
    await rm(join(project.root, file));
    await expectFailure(project, 'original-missing', /is missing.*git lfs pull/);
  });

  test('and is a Git LFS pointer fails and says what to run', async () => {
    const { project, file, record } = await bought();
    await using _ = project;
    const { sha256: hash, bytes } = record.original;
    await project.write(
      file,
      `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize ${bytes}\n`,
    );
    await expectFailure(project, 'original-damaged', /Git LFS pointer.*git lfs pull/);
  });

  test.each([
    ['is not JSON', () => '{ "version": 1,', /not JSON/],
    [
      'is for another request',
      (record: StoreRecord) =>
        JSON.stringify({ ...record, request: { ...record.request, prompt: 'cap' } }),
      /does not belong to its request/,
    ],
    [
      'was written by a newer Tintype',
      (record: StoreRecord) => JSON.stringify({ ...record, version: 2 }),
      /newer Tintype.*update/,
    ],
    [
      'has no original',
      (record: StoreRecord) => JSON.stringify({ ...record, original: null }),
      /has a bad original/,
    ],
    [
      'names an original elsewhere',
      (record: StoreRecord) =>
        JSON.stringify({
          ...record,
          original: { ...record.original, sha256: '../../../etc/passwd' },
        }),
      /has a bad original\.\w+/,
    ],
  ] as const)(
    'and whose record %s fails, and is not bought again',
    async (_what, damage, message) => {
      const { project, record } = await bought();
      await using _ = project;
      await project.write(
        `.tintype/records/${record.key.slice(0, 2)}/${record.key}.json`,
        damage(record),
      );
      await expectFailure(project, 'record-damaged', message);
    },
  );

  test('is also found by a record in a folder of another name', async () => {
    const { project, record } = await bought();
    await using _ = project;
    const path = `.tintype/records/${record.key.slice(0, 2)}/${record.key}.json`;
    await project.write(`.tintype/records/zz/${record.key}.json`, await project.read(path));
    await rm(join(project.root, path));
    expect((await project.generate()).result).toMatchObject({ delivered: 1, bought: 0 });
  });
});

describe('an attempt', () => {
  test('of unknown outcome is reported by the plan and the next run, which sends the request again', async () => {
    await using project = await projectOf({ a: image('hat'), b: image('cap') });
    api().fail({ kind: 'reset-mid-body' }, { prompt: 'hat' });
    const first = await project.generate();
    expect(first.result).toMatchObject({ delivered: 1, failed: 1 });
    expect(eventsOf(first.events, 'failed')).toMatchObject([
      { id: 'a', code: 'connection-lost', maybeBilled: true },
    ]);

    const plan = await project.plan();
    expect(plan.totals).toMatchObject({ images: 2, stored: 1, attempted: 1, missing: 0 });
    const [row] = plan.requests;
    expect(row).toMatchObject({
      id: 'a',
      status: 'attempted',
      reason: expect.stringMatching(
        /^requested at 2026-11-23T[^;]*; it may have been billed$/,
      ) as string,
    });
    expect(row?.costUsd?.high).toBeGreaterThan(0);

    const second = await project.generate();
    expect(eventsOf(second.events, 'warning')).toMatchObject([
      {
        code: 'maybe-billed',
        message: expect.stringMatching(/^"a" was requested at/) as string,
        manifest: 'a.images.yaml',
        line: 2,
      },
    ]);
    expect(second.result).toMatchObject({ bought: 1, delivered: 2, failed: 0 });
    expect(await storeFiles(project, 'attempts')).toEqual([]);
    expect(billedPrompts(api())).toEqual(['cap', 'hat', 'hat']);

    const third = await project.generate();
    expect(eventsOf(third.events, 'warning')).toEqual([]);
  });

  test('carries the request id that the API gave', async () => {
    await using project = await projectOf({ a: image('hat') });
    const serverError = {
      kind: 'error',
      status: 500,
      error: { message: 'oh', type: 'server_error', param: null, code: null },
    } as const;
    api().fail([serverError, serverError], { prompt: 'hat' });
    await project.generate();
    const [row] = (await project.plan()).requests;
    const { id } = api().requests.at(-1)!;
    expect(row?.reason).toContain(`(request ${id})`);
  });

  test('of unknown outcome stays one, even if a later call is refused at no cost', async () => {
    await using project = await projectOf({ a: image('hat') });
    api().fail({ kind: 'reset-before-headers' }, { prompt: 'hat' });
    await project.generate();
    const before = (await project.plan()).requests[0]?.reason;
    const revoked = {
      kind: 'error',
      status: 401,
      error: { message: 'no', type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
    } as const;
    api().fail(revoked, { prompt: 'hat' });
    await project.generate();
    expect((await project.plan()).requests[0]).toMatchObject({
      status: 'attempted',
      reason: before,
    });
  });

  test('whose picture arrived is recorded by the next run at no cost', async () => {
    await using project = await projectOf({ a: image('hat') });
    const [row] = (await project.plan()).requests;
    // A crash after the bytes and before their record leaves this.
    const bytes = await picture('png', { width: 1408, height: 480 });
    const attempt = {
      version: 1,
      key: row!.key,
      imageId: 'a',
      request: row!.request,
      startedAt: '2026-11-22T00:00:00.000Z',
      outcome: 'answered',
      requestId: 'req_1',
      usage: {
        inputTextTokens: 10,
        inputImageTokens: 0,
        outputImageTokens: 100,
        outputTextTokens: 0,
      },
    };
    await project.write(`.tintype/attempts/${row!.key}.json`, JSON.stringify(attempt));
    await project.write(`.tintype/attempts/${row!.key}.received`, bytes);
    expect((await project.plan()).requests[0]).toMatchObject({
      status: 'attempted',
      reason: expect.stringContaining('at no cost') as string,
      costUsd: { low: 0, high: 0 },
    });

    const { result, events } = await project.generate({ env: { OPENAI_API_KEY: '' } });
    expect(result).toMatchObject({ bought: 0, delivered: 1, failed: 0 });
    expect(eventsOf(events, 'warning')).toEqual([]);
    expect(api().requests).toEqual([]);
    const [record] = await records(project);
    expect(record).toMatchObject({
      original: { sha256: sha256(bytes) },
      usage: attempt.usage,
      provenance: { requestId: 'req_1' },
    });
    expect(record!.costUsd).toBeCloseTo(0.003_05, 6);
    expect(await storeFiles(project, 'attempts')).toEqual([]);
  });

  test('whose record exists is cleared silently', async () => {
    await using project = await projectOf({ a: image('hat') });
    const { result } = await project.generate();
    const { key, request } = result!.plan.requests[0]!;
    await project.write(
      `.tintype/attempts/${key}.json`,
      JSON.stringify({
        version: 1,
        key,
        imageId: 'a',
        request,
        startedAt: 'x',
        outcome: null,
        requestId: null,
        usage: null,
      }),
    );
    const { events } = await project.generate();
    expect(eventsOf(events, 'warning')).toEqual([]);
    expect(await storeFiles(project, 'attempts')).toEqual([]);
    expect(api().requests).toHaveLength(1);
  });

  test.each(['', 'null', '[]', '{"version": 2}', '<<<<<<<'])(
    'file that contains %j stops no run',
    async (text) => {
      await using project = await projectOf({ a: image('hat') });
      await project.write(`.tintype/attempts/${'a'.repeat(64)}.json`, text);
      expect((await project.generate()).result).toMatchObject({ bought: 1, delivered: 1 });
    },
  );
});

describe('before anything is spent', () => {
  test('a foreign file in the output folder stops the run', async () => {
    await using project = await projectOf({ a: image('hat') });
    await project.write('public/images/a.jpeg', 'my holiday');
    const { error } = await project.generate();
    expect(error).toMatchObject({
      code: 'output-not-ours',
      message: expect.stringContaining('a.jpeg') as string,
    });
    expect(api().requests).toEqual([]);
    expect((await project.read('public/images/a.jpeg')).toString()).toBe('my holiday');
  });

  test('a mistake in one manifest stops the whole run', async () => {
    await using project = await testProject(
      {
        'a.images.yaml': manifest({ a: image('hat') }),
        'b.images.yaml': manifest({ b: '{ prompt: x }' }),
      },
      api().baseUrl,
    );
    const { error, events } = await project.generate();
    expect(error).toMatchObject({ code: 'manifest' });
    expect(eventsOf(events, 'diagnostic')).toMatchObject([
      { file: 'b.images.yaml', line: 2, code: 'missing-alt' },
    ]);
    expect(api().requests).toEqual([]);
  });

  test.each([
    ['OPENAI_BASE_URL', 'https://name:hush-hush@api.example.com/v1', /no name or password/],
    ['OPENAI_BASE_URL', 'api.example.com/v1', /must be an address/],
    ['OPENAI_ORG_ID', 'org-hush-hush\nx', /characters that no request can carry/],
  ])('an address that nothing can be sent to is a refusal: %s', async (name, value, words) => {
    await using project = await projectOf({ a: image('hat') });
    const { error, events } = await project.generate({ env: { [name]: value } });
    expect(error).toMatchObject({ code: 'config', message: expect.stringMatching(words) });
    expect(String(error)).toContain(name);
    expect(JSON.stringify([events, inspect(error)])).not.toContain('hush-hush');
    expect(await storeFiles(project, 'attempts')).toEqual([]);
  });

  test('a budget below the cost of the plan stops the run', async () => {
    await using project = await projectOf({ a: image('hat'), b: image('cap') });
    const { high } = (await project.plan()).totals.costUsd!;
    const { error } = await project.generate({ options: { maxCostUsd: high - 0.0001 } });
    expect(error).toMatchObject({
      code: 'over-budget',
      message: expect.stringContaining('nothing was bought') as string,
    });
    expect(api().requests).toEqual([]);
    const { result } = await project.generate({ options: { maxCostUsd: high } });
    expect(result).toMatchObject({ bought: 2 });
  });

  test('an unknown price under a budget stops the run, unless allowUnpriced is set', async () => {
    await using project = await projectOf({ a: image('hat', ', model: gpt-image-2') });
    const options = { maxCostUsd: 1, models: { 'gpt-image-2': { tokens: null } } };
    const { error } = await project.generate({ options });
    expect(error).toMatchObject({
      code: 'over-budget',
      message: expect.stringMatching(/price of a is unknown.*allowUnpriced/) as string,
    });
    expect(api().requests).toEqual([]);
    expect((await project.plan({ options })).totals).toMatchObject({ costUsd: null, unpriced: 1 });
    const { result } = await project.generate({ options: { ...options, allowUnpriced: true } });
    expect(result).toMatchObject({ bought: 1 });
  });

  test('a model that was shut down stops the run if a picture has to be bought from it, and otherwise is a warning', async () => {
    await using project = await projectOf({
      a: image('hat', ', model: gpt-image-1').replace('size: 1408x480, ', ''),
    });
    const late = await project.generate();
    expect(eventsOf(late.events, 'diagnostic')).toMatchObject([
      {
        severity: 'error',
        code: 'model-shut-down',
        message: expect.stringContaining('gpt-image-2.6-flare') as string,
      },
    ]);
    expect(late.error).toMatchObject({ code: 'manifest' });
    expect(api().requests).toEqual([]);
  });

  test('what a provider cannot do is a mistake at the image, even if the image waits for another', async () => {
    await using project = await projectOf({
      a: image('hat'),
      b: image('cap', ', provider: local, input_images: ["tintype:a"]'),
    });
    const { openAi } = await import('../src/provider/openai/openai.ts');
    const local = openAi({ baseUrl: api().baseUrl, apiKeyName: null, supportsEdits: false });
    const { error, events } = await project.generate({ options: { providers: { local } } });
    expect(error).toMatchObject({ code: 'manifest' });
    expect(eventsOf(events, 'diagnostic')).toMatchObject([
      {
        code: 'not-supported-by-provider',
        line: 3,
        message: 'the provider local takes no input images',
      },
    ]);
    expect(api().requests).toEqual([]);
  });
});

describe('an interrupted run', () => {
  test('starts no more pictures', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `p${at}`);
    await using project = await projectOf(
      Object.fromEntries(names.map((name) => [name, image(name, ', provider: offline')])),
    );
    const interrupt = new AbortController();
    const { error, events } = await project.generate({
      signal: interrupt.signal,
      onEvent: ({ type }) => {
        if (type === 'delivered') interrupt.abort();
      },
    });
    expect(error).toMatchObject({ code: 'interrupted' });
    expect(eventsOf(events, 'failed')).toEqual([]);
    expect(eventsOf(events, 'delivered').length).toBeLessThan(names.length / 2);
  });

  /** A signal that is aborted when `isTime` returns true. `until` resolves then. */
  function interruption(isTime: () => boolean): {
    readonly signal: AbortSignal;
    readonly until: Promise<void>;
  } {
    const controller = new AbortController();
    const abort = async (): Promise<void> => {
      while (!isTime()) await setTimeout(5);
      controller.abort();
    };
    return { signal: controller.signal, until: abort() };
  }

  test('waits for pictures in flight and stores them, requests no more, and the next run buys the rest', async () => {
    await using project = await projectOf({
      a: image('hat'),
      b: image('cap'),
      c: image('bow'),
      d: image('tie'),
    });
    const { signal, until } = interruption(() => api().ledger.length === 2);
    api().fail({ kind: 'delay', ms: 0, until }, { times: 'always' });
    const { error, events } = await project.generate({ options: { concurrency: 2 }, signal });
    expect(error).toMatchObject({
      code: 'interrupted',
      message: expect.stringContaining('2 bought pictures') as string,
    });
    expect(eventsOf(events, 'failed')).toEqual([]);
    expect(eventsOf(events, 'done')).toMatchObject([{ bought: 2, failed: 0 }]);
    expect(billedPrompts(api())).toEqual(['cap', 'hat']);
    expect(await records(project)).toHaveLength(2);
    expect(await storeFiles(project, 'attempts')).toEqual([]);

    const { result } = await project.generate();
    expect(result).toMatchObject({ bought: 2, delivered: 4 });
    expect(api().ledger).toHaveLength(4);
  });

  test('reports what failed after the interruption', async () => {
    await using project = await projectOf({ a: image('hat'), b: image('cap') });
    const { signal, until } = interruption(() => api().ledger.length === 1);
    api().fail(
      { kind: 'delay', ms: 0, until, followedBy: { kind: 'reset-before-headers' } },
      { times: 'always' },
    );
    const { error, events } = await project.generate({ options: { concurrency: 1 }, signal });
    expect(error).toMatchObject({ code: 'interrupted' });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'connection-lost', maybeBilled: true },
    ]);
    expect(api().requests).toHaveLength(1);
  });

  test('does not wait for the end of a pause', async () => {
    await using project = await projectOf({ a: image('hat') });
    api().fail(
      {
        kind: 'error',
        status: 429,
        headers: { 'retry-after': '290' },
        error: { message: 'slow', type: 'rate_limit_error', param: null, code: 'slow_down' },
      },
      { times: 'always' },
    );
    const { signal } = interruption(() => api().requests[0]?.status === 429);
    const started = performance.now();
    const { systemClock } = await import('../src/index.ts');
    const { error } = await project.generate({ clock: systemClock, signal });
    // The request is not sent again, and the run reports the interruption.
    expect(error).toMatchObject({ code: 'interrupted' });
    expect(performance.now() - started).toBeLessThan(100_000);
    expect(api().requests).toHaveLength(1);
  });
});

describe('a store that cannot be written', () => {
  test('stops the run before the first request', async () => {
    await using project = await projectOf({ a: image('hat'), b: image('cap') });
    await writeFile(join(project.root, '.tintype'), 'a file where the store should be');
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ failed: 2, bought: 0 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'store-not-writable', maybeBilled: false },
      { code: 'store-not-writable', maybeBilled: false },
    ]);
    expect(api().requests).toEqual([]);
  });

  test('after the answer leaves what was paid for where the next run finds it', async () => {
    await using project = await projectOf({ a: image('hat'), b: image('cap') });
    await mkdir(join(project.root, '.tintype'));
    await writeFile(join(project.root, '.tintype/originals'), 'in the way');
    const { result, events } = await project.generate({ options: { concurrency: 1 } });
    expect(result).toMatchObject({ failed: 2, bought: 0 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      {
        id: 'a',
        code: 'store-not-writable',
        maybeBilled: true,
        message: expect.stringContaining('.received') as string,
      },
      { id: 'b', code: 'store-not-writable', maybeBilled: false },
    ]);
    expect(api().ledger).toHaveLength(1);

    await rm(join(project.root, '.tintype/originals'));
    const next = await project.generate();
    expect(next.result).toMatchObject({ bought: 1, delivered: 2, failed: 0 });
    expect(billedPrompts(api())).toEqual(['cap', 'hat']);
  });
});

describe('a picture that differs from the request', () => {
  test('is delivered with a warning if nothing in it is transparent', async () => {
    await using project = await projectOf({
      a: image('hat', ', background: transparent').replace('jpeg', 'png'),
    });
    api().fail({ kind: 'opaque-picture' });
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ delivered: 1, bought: 1 });
    expect(eventsOf(events, 'warning')).toMatchObject([
      {
        code: 'provider',
        message: expect.stringMatching(/^"a": it has no transparent pixel/) as string,
        line: 2,
      },
    ]);
  });

  test('is delivered with a warning if its size differs', async () => {
    await using project = await projectOf({ a: whole('hat') });
    api().fail({ kind: 'wrong-size', width: 320, height: 160 });
    const { result, events } = await project.generate();
    expect(result?.assetMap.images['a']).toMatchObject({ width: 320, height: 160 });
    expect(eventsOf(events, 'warning')).toMatchObject([
      { message: '"a": it is 320x160, but the request says 1408x480' },
    ]);
  });

  test('of size auto has the size that it has', async () => {
    await using project = await projectOf({ a: whole('hat').replace('1408x480', 'auto') });
    const { result, events } = await project.generate();
    expect(result?.assetMap.images['a']).toMatchObject({ width: 1254, height: 1254 });
    expect(eventsOf(events, 'warning')).toEqual([]);
    expect(api().ledger[0]?.body).toMatchObject({ size: 'auto' });
  });
});
