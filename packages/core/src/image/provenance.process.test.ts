import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import type { Format, Source } from '../types.ts';
import { deriveVariants } from './derive-variants.ts';
import { encoderSettings } from './encoder-settings.ts';
import { provenanceXmp } from './provenance.ts';
import { folderCache } from '../cache/folder-cache.ts';

const formats = ['avif', 'webp', 'jpeg', 'png'] as const;
const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0;

test.each([...formats, 'gif'] as const)('%s says that a trained model made it', async (format) => {
  const text = (await encoded(format, { isStandIn: false })).toString('latin1');
  expect(text).toContain('digitalsourcetype/trainedAlgorithmicMedia<');
});

test.each([...formats, 'gif'] as const)(
  'a stand-in as %s says that an algorithm drew it',
  async (format) => {
    const text = (await encoded(format, { isStandIn: true })).toString('latin1');
    expect(text).toContain('digitalsourcetype/algorithmicMedia<');
  },
);

test.each(formats)('sharp reads it back from %s, and no other metadata', async (format) => {
  const { xmp, exif, iptc, icc } = await sharp(
    await encoded(format, { isStandIn: false }),
  ).metadata();
  expect(xmp?.toString()).toBe(provenanceXmp(false));
  expect([exif, iptc, icc]).toEqual([undefined, undefined, undefined]);
});

test.for([...formats, 'svg', 'gif'] as const)(
  'exiftool reads it from %s, and nothing else about the making',
  async (format, context) => {
    context.skip(!hasExiftool, 'apt-get install libimage-exiftool-perl');
    const path = join(await mkdtemp(join(tmpdir(), 'tintype-')), `picture.${format}`);
    await writeFile(path, await encoded(format, { isStandIn: false }));
    const [tags] = JSON.parse(
      execFileSync(
        'exiftool',
        ['-json', '-G', '-n', '-XMP:all', '-EXIF:all', '-IPTC:all', '-validate', path],
        { encoding: 'utf8' },
      ),
    );
    expect(tags).toEqual({
      SourceFile: path,
      // Errors, warnings, minor warnings. ExifTool 12.57 warns about all XMP in an SVG, which it calls improperly enclosed.
      'ExifTool:Validate': format === 'svg' ? '0 1 0' : '0 0 0',
      'XMP:DigitalSourceType':
        'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    });
  },
);

async function encoded(format: Format, { isStandIn }: Pick<Source, 'isStandIn'>): Promise<Buffer> {
  const isVector = format === 'svg';
  const bytes = isVector
    ? Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"><path d="M1 1h9v9z"/></svg>',
      )
    : await sharp({ create: { width: 64, height: 48, channels: 3, background: '#c8a77b' } })
        .png()
        .toBuffer();
  const source: Source = {
    sha256: sha256(bytes),
    width: 64,
    height: 48,
    hasAlpha: false,
    isStandIn,
    isVector,
    read: async () => Uint8Array.from(bytes),
  };
  const spec = { file: `a.${format}`, format, compression: 80, width: 32, height: 24, crop: null };
  const cacheDir = await mkdtemp(join(tmpdir(), 'tintype-'));
  const derived = await deriveVariants(source, [spec], {
    cache: folderCache(cacheDir, (error) => expect.unreachable(error.message)),
    settings: (of) => encoderSettings(of, 2),
    placeholder: 'none',
  });
  return Buffer.from(await derived.encoded[0]!.read());
}
