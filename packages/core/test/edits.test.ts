import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { eventsOf, useApi } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { mistakesOf } from './support/mistakes-of.ts';
import { pngOf } from './support/png-of.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

function manifest(more: string): string {
  return `images:\n  a:\n    prompt: hat\n    quality: low\n    size: 1408x480\n    decorative: true\n    crop: 64x64\n    output_format: jpeg\n${more
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('')}`;
}

function projectOf(
  more: string,
  files: Readonly<Record<string, Uint8Array | string>> = {},
): Promise<TestProject> {
  return testProject({ 'm/a.images.yaml': manifest(more), ...files }, api().baseUrl);
}

/** A PNG whose left half is transparent. */
function mask(width = 64, height = 48): Promise<Buffer> {
  return picture('png', { width, height, alpha: 0.5 });
}

async function mistakes(project: TestProject): Promise<[number, string, string][]> {
  const mistakes = await mistakesOf(project);
  expect(api().requests).toEqual([]);
  return mistakes.map(({ line, code, message }) => [line, code, message]);
}

describe('an edit', () => {
  test('sends every part as it must be: text first, files by their bytes', async () => {
    const [png, jpeg, webp, hole] = await Promise.all([
      picture('png'),
      picture('jpeg'),
      picture('webp'),
      mask(),
    ]);
    await using project = await projectOf(
      'input_images: [one.png, ../two.png, three.bin]\nmask: hole.png\nmoderation: low\nuser_id: u1\nbackground: opaque',
      {
        'm/one.png': png,
        // The type follows from the bytes, not from the extension.
        'two.png': jpeg,
        'm/three.bin': webp,
        'm/hole.png': hole,
      },
    );
    const { result, error } = await project.generate();
    expect({ error, bought: result?.bought }).toEqual({ error: null, bought: 1 });
    const { endpoint, body, files, headers } = api().ledger[0]!;
    expect(endpoint).toBe('edits');
    expect(body).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'hat',
      n: '1',
      size: '1408x480',
      quality: 'low',
      background: 'opaque',
      moderation: 'low',
      safety_identifier: 'u1',
      output_format: 'png',
    });
    // Files are in the order of the manifest. The client decides where the mask comes.
    const inOrder = files.toSorted((a, b) => Number(a.name === 'mask') - Number(b.name === 'mask'));
    expect(inOrder).toEqual([
      {
        name: 'image[]',
        fileName: 'one.png',
        contentType: 'image/png',
        sha256: sha256(png),
        bytes: png.length,
      },
      {
        name: 'image[]',
        fileName: 'two.jpeg',
        contentType: 'image/jpeg',
        sha256: sha256(jpeg),
        bytes: jpeg.length,
      },
      {
        name: 'image[]',
        fileName: 'three.webp',
        contentType: 'image/webp',
        sha256: sha256(webp),
        bytes: webp.length,
      },
      {
        name: 'mask',
        fileName: 'hole.png',
        contentType: 'image/png',
        sha256: sha256(hole),
        bytes: hole.length,
      },
    ]);
    expect(headers['x-stainless-retry-count']).toBe('0');
  });

  test.each(['avif', 'tiff', 'gif'] as const)(
    'sends %s as PNG of the same pixels',
    async (format) => {
      const bytes = await picture(format, { width: 80, height: 40 });
      await using project = await projectOf('input_images: [in.png]', { 'm/in.png': bytes });
      expect((await project.generate()).error).toBeNull();
      expect(api().ledger[0]?.files).toMatchObject([
        { fileName: 'in.png', contentType: 'image/png' },
      ]);
      expect(api().ledger[0]?.files[0]?.sha256).not.toBe(sha256(bytes));
      const [row] = (await project.plan()).requests;
      // The key is made of the user's own bytes.
      expect(row?.request?.input_images).toEqual([sha256(bytes)]);
      expect(row?.status).toBe('stored');
    },
  );

  // The prebuilt libvips of sharp decodes AV1, but not HEVC, so it cannot convert HEIC.
  test.skipIf(sharp.format.heif.input.fileSuffix?.includes('.heic'))(
    'does not send HEIC if sharp cannot read it (skipped if it can)',
    async () => {
      const heic = Buffer.concat([
        Buffer.from([0, 0, 0, 24]),
        Buffer.from('ftypheic\0\0\0\0mif1heic'),
      ]);
      await using project = await projectOf('input_images: [in.heic]', { 'm/in.heic': heic });
      expect((await mistakes(project))[0]?.[2]).toMatch(
        /in\.heic cannot be used: it is HEIC.*save it as PNG or JPEG/,
      );
    },
  );

  test('takes 16 pictures', async () => {
    const files = Object.fromEntries(
      await Promise.all(
        Array.from(
          { length: 16 },
          async (_, index) =>
            [`m/${index}.png`, await picture('png', { width: 16 + index })] as const,
        ),
      ),
    );
    await using project = await projectOf(
      `input_images: [${Object.keys(files)
        .map((file) => file.slice(2))
        .join(', ')}]`,
      files,
    );
    expect((await project.generate()).error).toBeNull();
    expect(api().ledger[0]?.files.map(({ fileName }) => fileName)).toEqual(
      Array.from({ length: 16 }, (_, index) => `${index}.png`),
    );
  });

  test('is bought again when an input changes, but not when it only moves', async () => {
    await using project = await projectOf('input_images: [one.png]', {
      'm/one.png': await picture(),
    });
    await project.generate();
    await project.write('m/two.png', await picture());
    await project.write('m/a.images.yaml', manifest('input_images: [two.png]'));
    expect((await project.generate()).result?.bought).toBe(0);
    await project.write('m/two.png', await picture('png', { color: '#102030' }));
    expect((await project.generate()).result?.bought).toBe(1);
    expect(api().ledger).toHaveLength(2);
  });

  test('is another request in another order, and with a mask', async () => {
    const files = {
      'm/one.png': await picture(),
      'm/two.png': await picture('jpeg'),
      'm/hole.png': await mask(),
    };
    await using project = await projectOf('input_images: [one.png, two.png]', files);
    const keys = new Set<string>();
    for (const more of [
      'input_images: [one.png, two.png]',
      'input_images: [two.png, one.png]',
      'input_images: [one.png, two.png]\nmask: hole.png',
    ]) {
      await project.write('m/a.images.yaml', manifest(more));
      keys.add((await project.plan()).requests[0]!.key!);
    }
    expect(keys.size).toBe(3);
  });

  test('fails before it is sent if its input has changed since the plan', async () => {
    await using project = await projectOf('input_images: [one.png]', {
      'm/one.png': await picture(),
    });
    const { writeFileSync } = await import('node:fs');
    const other = await picture('png', { color: '#102030' });
    const { events, result } = await project.generate({
      options: { maxCostUsd: 1 },
      onEvent: ({ type }) =>
        type === 'planned' && writeFileSync(join(project.root, 'm/one.png'), other),
    });
    expect(result).toMatchObject({ failed: 1, bought: 0 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      {
        code: 'input-changed',
        maybeBilled: false,
        message: expect.stringMatching(/m\/one\.png.*run again/) as string,
      },
    ]);
    expect(api().requests).toEqual([]);
  });
});

describe('an input that cannot be used is a mistake at its place', () => {
  test.each<[string, string, Record<string, string | Uint8Array>, RegExp]>([
    ['is not there', 'input_images: [one.png]', {}, /m\/one\.png does not exist/],
    ['is a folder', 'input_images: [sub]', { 'm/sub/x.txt': '' }, /m\/sub is a folder/],
    [
      'is no picture',
      'input_images: [one.png]',
      { 'm/one.png': 'hello' },
      /m\/one\.png cannot be used: it does not decode/,
    ],
    ['is empty', 'input_images: [one.png]', { 'm/one.png': '' }, /m\/one\.png cannot be used/],
    [
      'lies outside the root',
      'input_images: [../../../../etc/hostname]',
      {},
      /lies outside the project/,
    ],
    ['is an absolute path', 'input_images: [/etc/hostname]', {}, /lies outside the project/],
  ])('that %s', async (_, more, files, message) => {
    await using project = await projectOf(more, files);
    const found = await mistakes(project);
    expect(found).toEqual([[9, 'bad-input', expect.stringMatching(message)]]);
  });

  test('that is cut off', async () => {
    const whole = await picture('png', { width: 400, height: 400 });
    await using project = await projectOf('input_images: [one.png]', {
      'm/one.png': whole.subarray(0, whole.length - 200),
    });
    expect((await mistakes(project))[0]?.[2]).toMatch(/does not decode/);
  });

  test('that lies outside the root by a symbolic link', async () => {
    await using project = await projectOf('input_images: [one.png]');
    await symlink('/etc/hostname', join(project.root, 'm/one.png'));
    expect((await mistakes(project))[0]?.[2]).toMatch(/m\/one\.png lies outside the project/);
  });

  test('that is gigapixel', async () => {
    // One bit a pixel: such a picture takes seconds to make with more.
    const header = Buffer.alloc(13);
    header.writeUInt32BE(16_000, 0);
    header.writeUInt32BE(16_000, 4);
    header.writeUInt8(1, 8);
    const rows = deflateSync(Buffer.alloc(16_000 * 2001), { level: 1 });
    const huge = pngOf([
      ['IHDR', header],
      ['IDAT', rows],
      ['IEND', Buffer.alloc(0)],
    ]);
    await using project = await projectOf('input_images: [one.png]', { 'm/one.png': huge });
    expect((await mistakes(project))[0]?.[2]).toMatch(/16000x16000/);
  });

  test('that is 50 MB', async () => {
    const big = Buffer.concat([await picture(), Buffer.alloc(50_000_000)]);
    await using project = await projectOf('input_images: [one.png]', { 'm/one.png': big });
    expect((await mistakes(project))[0]?.[2]).toMatch(/larger than 50 MB/);
  });

  test('that is the 17th', async () => {
    await using project = await projectOf(
      `input_images: [${Array(17).fill('one.png').join(', ')}]`,
      {
        'm/one.png': await picture(),
      },
    );
    const [found] = await mistakes(project);
    expect(found?.[0]).toBe(9);
    expect(found?.[2]).toMatch(/16/);
  });
});

describe('a mask that cannot be used is a mistake at its place', () => {
  test.each([
    ['has no alpha', () => picture('png'), /no alpha channel/],
    ['is not a PNG', () => picture('webp', { alpha: 0.5 }), /is webp, but a mask must be a PNG/],
    ['has another size', () => mask(32, 48), /is 32x48, but m\/one\.png is 64x48/],
    ['is not a picture', async () => Buffer.from('x'), /does not decode/],
    [
      'is 4 MB',
      async () => Buffer.concat([await mask(), Buffer.alloc(4_000_000)]),
      /larger than 4 MB/,
    ],
  ])('that %s', async (_, make, message) => {
    await using project = await projectOf('input_images: [one.png]\nmask: hole.png', {
      'm/one.png': await picture(),
      'm/hole.png': await make(),
    });
    expect(await mistakes(project)).toEqual([[10, 'bad-input', expect.stringMatching(message)]]);
  });

  test('without an input image', async () => {
    await using project = await projectOf('mask: hole.png', { 'm/hole.png': await mask() });
    expect(await mistakes(project)).toEqual([
      [9, 'conflict', expect.stringContaining('input_images')],
    ]);
  });

  test.each(['https://example.com/mask.png', 'tintype:a'])(
    'that is not a path: %s',
    async (reference) => {
      await using project = await projectOf(`input_images: [one.png]\nmask: "${reference}"`, {
        'm/one.png': await picture(),
      });
      expect((await mistakes(project)).map(([line, code]) => [line, code])).toEqual([
        [10, 'bad-input'],
      ]);
    },
  );
});
