import sharp from 'sharp';
import { expect, test } from 'vitest';
import { hasSharpColour } from './has-sharp-colour.ts';
import { decodePicture } from './raw-picture.ts';

test.each([
  ['coloured lines', lines('#c22'), true],
  ['grey lines', lines('#222'), false],
  ['a colour that runs into another', gradient(), false],
  ['nothing', '', false],
] as const)('%s on white: %#', async (_, drawing, isSharp) => {
  expect(
    hasSharpColour(await drawn(`<rect width="100%" height="100%" fill="#fff"/>${drawing}`)),
  ).toBe(isSharp);
});

test('invisible pixels have no edges', async () => {
  expect(hasSharpColour(await drawn('<circle cx="80" cy="80" r="60" fill="#c22"/>'))).toBe(false);
});

function lines(color: string): string {
  return Array.from(
    { length: 12 },
    (_, at) => `<path d="M${at * 14} 0L160 ${160 - at * 14}" stroke="${color}" stroke-width="2"/>`,
  ).join('');
}

function gradient(): string {
  return `<linearGradient id="g"><stop stop-color="#c22"/><stop offset="1" stop-color="#22c"/></linearGradient>
    <rect width="160" height="160" fill="url(#g)"/>`;
}

async function drawn(content: string) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160">${content}</svg>`;
  return decodePicture(await sharp(Buffer.from(svg)).png().toBuffer());
}
