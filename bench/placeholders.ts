/**
 * What a page gets for the bytes of a placeholder: the tiny WebP of `placeholder: blur`, and what a server can make of a ThumbHash without
 * a script in the page, which is a PNG (as its library does it) or a WebP. Each is scaled up as a browser does, and compared with the picture.
 *
 *     node -C tintype-source bench/placeholders.ts [--drawn 1] [--real 8] [--width 320] [--save]
 *
 * `--drawn`, `--real`: as in `bench/bytes.ts`, which says where the pictures come from.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { rgbaToThumbHash, thumbHashToDataURL, thumbHashToRGBA } from 'thumbhash';
import { makePreview, placeholderSettings } from '../packages/core/src/image/make-preview.ts';
import { pixelsOf } from '../packages/core/src/image/raw-picture.ts';
import { judges } from './bytes/judges.ts';
import { numberFlags } from './support/flags.ts';
import { geometricMean } from './bytes/curve.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';

const { width, ...count } = numberFlags({ drawn: 1, real: 8, width: 320 });

interface Placeholder {
  /** Characters in the HTML. */
  readonly characters: number;
  /** The root mean square error of a channel, 0 to 255. */
  readonly error: number;
}

const ways = ['blur', 'ThumbHash as PNG', 'ThumbHash as WebP'] as const;
const tried: Record<(typeof ways)[number], Placeholder>[] = [];
for (const [, path] of await judges(count)) tried.push(await tryPicture(path));

publish(
  'Placeholders',
  `${tried.length} pictures, ${width} pixels across: characters in the HTML (geometric mean, and the most), and the root mean square error of a channel to the picture.

${table(
  ['placeholder', 'characters', 'most', 'error', 'nearest to the picture'],
  ways.map((way) => {
    const characters = tried.map((one) => one[way].characters);
    const errors = tried.map((one) => one[way].error);
    const nearest = tried.filter((one) => one[way].error === nearestOf(one)).length;
    return [
      way,
      geometricMean(characters).toFixed(0),
      String(Math.max(...characters)),
      geometricMean(errors).toFixed(2),
      `${nearest} of ${tried.length}`,
    ];
  }),
)}`,
);

function nearestOf(one: (typeof tried)[number]): number {
  return Math.min(...ways.map((way) => one[way].error));
}

async function tryPicture(path: string): Promise<(typeof tried)[number]> {
  const scaled = sharp(await readFile(path))
    .autoOrient()
    .flatten({ background: '#fff' })
    .resize({ width })
    .toColourspace('srgb');
  const png = await scaled.png().toBuffer();
  const { placeholder } = await makePreview(await pixelsOf(sharp(png)));

  // The largest that ThumbHash takes.
  const { data, info } = await sharp(png)
    .resize(100, 100, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const hash = rgbaToThumbHash(info.width, info.height, data);
  const { w, h, rgba } = thumbHashToRGBA(hash);
  const { quality, effort } = placeholderSettings;
  const webp = await sharp(rgba, { raw: { width: w, height: h, channels: 4 } })
    .removeAlpha()
    .webp({ quality, effort })
    .toBuffer();
  const webpUrl = `data:image/webp;base64,${webp.toString('base64')}`;
  return {
    blur: await judge(placeholder!, png),
    'ThumbHash as PNG': await judge(thumbHashToDataURL(hash), png),
    'ThumbHash as WebP': await judge(webpUrl, png),
  };
}

async function judge(url: string, picture: Buffer): Promise<Placeholder> {
  const { width, height } = await sharp(picture).metadata();
  const shown = await sharp(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const wanted = await sharp(picture).removeAlpha().raw().toBuffer();
  const squares = wanted.reduce((sum, value, at) => sum + (value - shown[at]!) ** 2, 0);
  return { characters: url.length, error: Math.sqrt(squares / wanted.length) };
}
