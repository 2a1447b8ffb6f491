import sharp from 'sharp';
import { expect, test } from 'vitest';
import { isFlatArt } from './is-flat-art.ts';
import { decodePicture } from './raw-picture.ts';

const disc = '<circle cx="160" cy="80" r="60" fill="#c22"/>';
const white = '<rect width="100%" height="100%" fill="#fff"/>';

test.each([
  ['a disc on white', white + disc, true],
  ['lines on white', white + lines(), true],
  ['a disc on a transparent background', disc, true],
  ['a grey disc', `${white}<circle cx="160" cy="80" r="60" fill="#777"/>`, true],
  ['a gradient', gradient(), false],
  ['a gradient in half of it', white + gradient('50%'), false],
] as const)('%s: %#', async (_, drawing, expected) => {
  expect(isFlatArt(await drawn(drawing))).toBe(expected);
});

test('a picture with grain is not flat art', async () => {
  const picture = await drawn(white + disc);
  const data = picture.data.map((value, at) => value ^ ((at * 7919) % 13 > 6 ? 1 : 0));
  expect(isFlatArt({ ...picture, data })).toBe(false);
});

test('invisible colours count as equal', async () => {
  const picture = await drawn(disc);
  const data = picture.data.map((value, at) =>
    picture.data[at | 3] === 0 && at % 4 < 3 ? (at * 7919) % 251 : value,
  );
  expect(isFlatArt({ ...picture, data })).toBe(true);
});

function lines(): string {
  return Array.from(
    { length: 12 },
    (_, at) => `<path d="M${at * 28} 0L320 ${160 - at * 14}" stroke="#22c" stroke-width="2"/>`,
  ).join('');
}

function gradient(width = '100%'): string {
  return `<linearGradient id="g" gradientTransform="rotate(20)"><stop stop-color="#c22"/><stop offset="1" stop-color="#22c"/></linearGradient>
    <rect width="${width}" height="100%" fill="url(#g)"/>`;
}

async function drawn(content: string) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="160">${content}</svg>`;
  return decodePicture(await sharp(Buffer.from(svg)).png().toBuffer());
}
