import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { addPngXmp } from '../../packages/core/src/image/add-png-xmp.ts';
import { loadTypeface } from '../../packages/core/src/stand-in/glyphs.ts';
import {
  between,
  pick,
  type Random,
  seededRandom,
} from '../../packages/core/src/stand-in/seeded-random.ts';

/**
 * - `picture`: what image models draw most: soft light, texture, edges and a fine grain; 1.2 to 2 MB as PNG;
 * - `cutout`: the same with a soft-edged transparent surrounding;
 * - `flat`: areas of few colours with sharp edges;
 * - `lines`: thin coloured strokes on a plain ground;
 * - `text`: coloured words from 12 to 96 pixels;
 * - `grainy-text`: the same under a fine grain, as image models draw lettering;
 * - `black-text`: the same in black on white;
 * - `poster`: coloured words on a picture;
 * - `sticker`: coloured words on nothing.
 */
export const drawnKinds = [
  'picture',
  'cutout',
  'flat',
  'lines',
  'text',
  'black-text',
  'sticker',
  'grainy-text',
  'poster',
] as const;

export type Kind = (typeof drawnKinds)[number];

/** Pixels each way: the size that image models draw by default. */
const side = 1024;

/**
 * Paths of PNGs of a kind, 1024 x 1024, the same pixels for the same kind and number on every machine. They are drawn once
 * and kept in the temporary folder.
 */
export async function corpus(kind: Kind, count: number): Promise<string[]> {
  const folder = join(tmpdir(), `tintype-corpus-${recipe()}`, kind);
  await mkdir(folder, { recursive: true });
  const paths = Array.from({ length: count }, (_, index) =>
    join(folder, `${String(index).padStart(3, '0')}.png`),
  );
  for (const [index, path] of paths.entries()) {
    if (existsSync(path)) continue;
    const png = await draw(kind, seededRandom(sha256(`${kind} ${index}`)));
    await writeWhole(path, png);
  }
  return paths;
}

/** A folder of `count` pictures that differ in a comment at least, so that each of them is another original. */
export async function originals(count: number): Promise<string> {
  const pictures = await corpus('picture', Math.min(count, 24));
  const folder = join(tmpdir(), `tintype-corpus-${recipe()}`, `originals-${count}`);
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    const path = join(folder, `${String(index).padStart(3, '0')}.png`);
    if (existsSync(path)) continue;
    const png = readFileSync(pictures[index % pictures.length]!);
    await writeWhole(path, addPngXmp(png, `<!-- ${index} -->`));
  }
  return folder;
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

/** This file: what is drawn by another version of it is another corpus. */
function recipe(): string {
  return sha256(readFileSync(fileURLToPath(import.meta.url), 'utf8')).slice(0, 12);
}

function draw(kind: Kind, random: Random): Promise<Buffer> {
  switch (kind) {
    case 'picture':
      return encode(drawPicture(random), 3);
    case 'cutout':
      return encode(cutOut(drawPicture(random), random), 4);
    case 'flat':
      return encodeSvg(flatArt(random));
    case 'lines':
      return encodeSvg(lineArt(random));
    case 'text':
      return textPage(random).then(encodeSvg);
    case 'grainy-text':
      return grainyText(random);
    case 'black-text':
      return textPage(random, ['#ffffff', '#000000']).then(encodeSvg);
    case 'poster':
      return poster(random);
    case 'sticker':
      return sticker(random);
  }
}

function encode(data: Uint8Array, channels: 3 | 4): Promise<Buffer> {
  return sharp(data, { raw: { width: side, height: side, channels } })
    .png({ compressionLevel: 6, adaptiveFiltering: true })
    .toBuffer();
}

function encodeSvg(content: string): Promise<Buffer> {
  return sharp(Buffer.from(svgOf(content)))
    .removeAlpha()
    .png({ adaptiveFiltering: true })
    .toBuffer();
}

function svgOf(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${content}</svg>`;
}

/** Octaves of noise for light and, weaker and coarser, for colour; discs that bend both; grain on top. RGB. */
function drawPicture(random: Random): Uint8Array {
  const light = noise(random, [4, 8, 16, 32, 64, 128, 256, 400], between(random, 0.52, 0.66));
  const warm = noise(random, [3, 6, 12, 48], 0.5);
  const green = noise(random, [3, 6, 12, 48], 0.5);
  for (let shapes = 0; shapes < 60; shapes++) addDisc(random, light, warm, green);
  const grain = between(random, 2, 8);
  const pixels = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const luma = 128 + 150 * light[at]! + grain * (random() + random() - 1);
    const red = 90 * warm[at]!;
    const tint = 60 * green[at]!;
    pixels[at * 3] = clamp(luma + red + random() - 0.5);
    pixels[at * 3 + 1] = clamp(luma + tint - 0.4 * red + random() - 0.5);
    pixels[at * 3 + 2] = clamp(luma - red - 0.6 * tint + random() - 0.5);
  }
  return pixels;
}

/** Value noise around 0, the octaves' cells across given, each weaker by `falloff` than the one before. */
function noise(random: Random, octaves: readonly number[], falloff: number): Float32Array {
  const field = new Float32Array(side * side);
  let weight = 0.5;
  for (const cells of octaves) {
    const stride = cells + 1;
    const grid = Float32Array.from({ length: stride * stride }, () => random() * 2 - 1);
    const steps = Array.from({ length: side }, (_, at) => {
      const place = (at * cells) / side;
      const cell = Math.floor(place);
      const share = place - cell;
      return { cell, ease: share * share * (3 - 2 * share) };
    });
    for (const [y, row] of steps.entries()) {
      for (const [x, column] of steps.entries()) {
        const corner = row.cell * stride + column.cell;
        const top = mix(grid[corner]!, grid[corner + 1]!, column.ease);
        const bottom = mix(grid[corner + stride]!, grid[corner + stride + 1]!, column.ease);
        field[y * side + x]! += weight * mix(top, bottom, row.ease);
      }
    }
    weight *= falloff;
  }
  return field;
}

/** A shape with its own light and colour and an edge of one to twelve pixels. */
function addDisc(random: Random, ...fields: readonly Float32Array[]): void {
  const [centreX, centreY] = [between(random, 0, side), between(random, 0, side)];
  const radius = 8 + 250 * random() ** 2;
  const flatness = between(random, 0.5, 1.8);
  const edge = 1 + 11 * random() ** 3;
  const shifts = fields.map(() => between(random, -0.4, 0.4));
  const reach = Math.ceil((radius + edge) / Math.min(1, flatness));
  const rows = [
    Math.max(0, Math.floor(centreY) - reach),
    Math.min(side, Math.ceil(centreY) + reach),
  ];
  for (let y = rows[0]!; y < rows[1]!; y++) {
    for (let x = 0; x < side; x++) {
      const distance = Math.hypot(x - centreX, (y - centreY) * flatness);
      const inside = Math.min(1, Math.max(0, (radius - distance) / edge + 0.5));
      if (inside === 0) continue;
      for (const [index, field] of fields.entries())
        field[y * side + x]! += inside * shifts[index]!;
    }
  }
}

/** RGBA: the picture inside a wavy outline that fades over a few pixels, nothing outside. */
function cutOut(rgb: Uint8Array, random: Random): Uint8Array {
  const waves = between(random, 3, 9);
  const fade = between(random, 2, 24);
  const pixels = new Uint8Array(side * side * 4);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [dx, dy] = [x - side / 2, y - side / 2];
      const radius = side * (0.38 + 0.05 * Math.sin(Math.atan2(dy, dx) * Math.round(waves)));
      const alpha = clamp(255 * ((radius - Math.hypot(dx, dy)) / fade + 0.5));
      if (alpha === 0) continue;
      const at = y * side + x;
      pixels.set(rgb.subarray(at * 3, at * 3 + 3), at * 4);
      pixels[at * 4 + 3] = alpha;
    }
  }
  return pixels;
}

const palettes = [
  ['#f4e4c1', '#e07a5f', '#3d405b', '#81b29a', '#f2cc8f'],
  ['#0b132b', '#1c2541', '#3a506b', '#5bc0be', '#ffffff'],
  ['#ffffff', '#e63946', '#a8dadc', '#457b9d', '#1d3557'],
  ['#fff1e6', '#d00000', '#ffba08', '#3f88c5', '#032b43'],
] as const;

function flatArt(random: Random): string {
  const [ground, ...colours] = pick(random, palettes);
  const shapes = Array.from({ length: 40 }, () => {
    const [x, y, size] = [
      between(random, 0, side),
      between(random, 0, side),
      between(random, 20, 320),
    ];
    const fill = pick(random, colours);
    return pick(random, [
      `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${fill}"/>`,
      `<rect x="${x}" y="${y}" width="${size}" height="${size / 2}" rx="12" fill="${fill}"/>`,
      `<path d="M${x} ${y}l${size} ${size / 3}l${-size / 2} ${size}z" fill="${fill}"/>`,
    ]);
  });
  return `${background(ground)}${shapes.join('')}`;
}

function lineArt(random: Random): string {
  const [ground, ...colours] = pick(random, palettes);
  const point = () =>
    `${between(random, 0, side).toFixed(1)} ${between(random, 0, side).toFixed(1)}`;
  const strokes = Array.from(
    { length: 90 },
    () =>
      `<path d="M${point()}C${point()} ${point()} ${point()}" fill="none" ` +
      `stroke="${pick(random, colours)}" stroke-width="${between(random, 1, 6).toFixed(1)}"/>`,
  );
  return `${background(ground)}${strokes.join('')}`;
}

const words =
  'The quick brown fox jumps over a lazy dog while seven wizards mix 48 jars of ink'.split(' ');

async function textPage(
  random: Random,
  [ground, ...colours]: readonly [string, ...string[]] = pick(random, palettes),
): Promise<string> {
  const lines = await textLines(random, colours, side);
  return `${background(ground)}${lines}`;
}

async function textLines(
  random: Random,
  colours: readonly string[],
  bottom: number,
): Promise<string> {
  const typeface = await loadTypeface();
  const lines: string[] = [];
  for (let y = 20; y < bottom;) {
    const style = {
      weight: pick(random, ['medium', 'bold'] as const),
      size: between(random, 12, 96),
    } as const;
    y += style.size * 1.3;
    const text = Array.from({ length: 14 }, () => pick(random, words)).join(' ');
    lines.push(typeface.draw(text, style, 24, y, pick(random, colours)));
  }
  return lines.join('');
}

async function grainyText(random: Random): Promise<Buffer> {
  const page = await encodeSvg(await textPage(random));
  const { data } = await sharp(page).raw().toBuffer({ resolveWithObject: true });
  const pixels = data.map((value) => clamp(value + 6 * (random() + random() - 1)));
  return encode(pixels, 3);
}

/** The upper half is lettered. */
async function poster(random: Random): Promise<Buffer> {
  const picture = await encode(drawPicture(random), 3);
  const [, ...colours] = pick(random, palettes);
  const lines = await textLines(random, colours, side / 2);
  return sharp(picture)
    .composite([{ input: Buffer.from(svgOf(lines)) }])
    .png()
    .toBuffer();
}

async function sticker(random: Random): Promise<Buffer> {
  const [, ...colours] = pick(random, palettes);
  return sharp(Buffer.from(svgOf(await textLines(random, colours, side))))
    .png()
    .toBuffer();
}

function background(colour: string): string {
  return `<rect width="${side}" height="${side}" fill="${colour}"/>`;
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
