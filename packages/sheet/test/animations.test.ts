import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { type TestProject, testProject } from '../../core/test/support/project.ts';
import { readSheet } from '../src/read-sheet.ts';
import { sheetData } from '../src/sheet-data.ts';
import { serveSheet, writeSheet } from '../src/index.ts';

const api = useApi();

const manifest = `images:
  moth:
    prompt: A moth
    alt: A moth
    model: gpt-image-2.6-flare
    quality: low
    output_format: gif
    size: 320x256
    frame_count: 3
    frame_duration_ms: 90
`;

let project: TestProject;
beforeAll(async () => {
  project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  await project.generate();
});
afterAll(() => project[Symbol.asyncDispose]());

async function framesOf(bytes: Uint8Array | null): Promise<unknown[]> {
  const { format, pages } = await sharp(bytes!, { animated: true }).metadata();
  return [format, pages ?? 1];
}

test('a sheet plays an animation, and shows its first frame to readers who prefer less motion', async () => {
  const reading = await readSheet(await project.context());
  const [image] = sheetData({
    ...reading.facts,
    live: null,
    problem: null,
    madeAt: new Date(),
  }).images;
  expect(image).toMatchObject({
    status: 'delivered',
    variants: [{ format: 'webp' }, { format: 'gif' }],
    candidates: [{ format: 'gif' }],
    deliveries: [{ files: [{ file: 'moth.webp' }, { file: 'moth.gif' }] }],
  });
  expect(image!.parameters).toEqual(
    expect.arrayContaining([
      { name: 'frame_count', value: '3' },
      { name: 'frame_duration_ms', value: '90' },
    ]),
  );
  const { hash } = image!.candidates[0]!.picture!;
  const delivered = image!.deliveries[0]!.picture!.hash;
  for (const one of [hash, delivered])
    expect(await framesOf(await reading.thumbnail(one, 100))).toEqual(['webp', 3]);
  expect(await framesOf(await reading.thumbnail(hash, 100, true))).toEqual(['webp', 1]);
  expect(await framesOf(await reading.picture(hash))).toEqual(['gif', 3]);
  for (const format of ['webp', 'gif'] as const) {
    const file = await reading.variant(hash, { imageId: 'moth', format, width: 320 });
    expect(await framesOf(file)).toEqual([format, 3]);
  }
  await reading.close();
});

test('the server sends an original as GIF, and a thumbnail that plays or does not', async () => {
  const server = await serveSheet({ context: () => project.context(), port: 0 });
  try {
    const sheet = (await (await fetch(new URL('data', server.url))).json()) as {
      images: { candidates: { picture: { hash: string } }[] }[];
    };
    const { hash } = sheet.images[0]!.candidates[0]!.picture;
    const got = async (query: string) => {
      const response = await fetch(new URL(`picture/${hash}${query}`, server.url));
      const bytes = Buffer.from(await response.arrayBuffer());
      return [response.headers.get('content-type'), ...(await framesOf(bytes))];
    };
    expect(await got('')).toEqual(['image/gif', 'gif', 3]);
    expect(await got('?thumbnail')).toEqual(['image/webp', 'webp', 3]);
    expect(await got('?thumbnail&still')).toEqual(['image/webp', 'webp', 1]);
  } finally {
    await server.close();
  }
});

test('the file of a sheet has both, and its page takes the one that the reader prefers', async () => {
  const { file } = await writeSheet(await project.context());
  const html = await readFile(file, 'utf8');
  const pictures = Array.from(
    html.matchAll(/data-picture="(\w{64})(\.still)?">([^<]+)</g),
    ([, hash, still, base64]) => ({ hash, still, bytes: Buffer.from(base64!, 'base64') }),
  );
  const moving = pictures.filter(({ still }) => still === undefined);
  const stills = pictures.filter(({ still }) => still !== undefined);
  expect(stills.map(({ hash }) => hash)).toEqual(moving.map(({ hash }) => hash));
  for (const { bytes } of moving) expect(await framesOf(bytes)).toEqual(['webp', 3]);
  for (const { bytes } of stills) expect(await framesOf(bytes)).toEqual(['webp', 1]);
});
