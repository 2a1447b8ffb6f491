import type { Sharp } from 'sharp';
import { encodeError } from '../image/encode-error.ts';
import { bytesOf } from '../image/end-pipeline.ts';
import { loadSharp } from '../image/load-sharp.ts';
import { pixelsOf, simplestChannels } from '../image/raw-picture.ts';
import { animateStandIn, type StandInFrames } from './animate-stand-in.ts';
import type { RawPicture, Sha256 } from '../types.ts';
import { loadTypeface } from './glyphs.ts';
import { between, type Random, seededRandom } from './seeded-random.ts';
import { drawLabel } from './stand-in-label.ts';
import { type Palette, standInPalette } from './stand-in-palette.ts';
import { drawScene } from './stand-in-scenes.ts';
import { type Box, num } from './svg.ts';

/** Everything that decides a stand-in's pixels. */
export interface StandIn {
  /** Decides the colours and the composition. */
  readonly seed: Sha256;
  readonly imageId: string;
  readonly prompt: string;
  /** Pixels, from 1. */
  readonly width: number;
  readonly height: number;
  /** A badge on a transparent background instead of a full picture. */
  readonly isTransparent: boolean;
  /** The number on the label; left out if the image has one candidate. */
  readonly candidate?: number;
  /** An SVG instead of pixels. @default false */
  readonly isVector?: boolean;
  /** An animated WebP instead of a PNG. @default one frame */
  readonly frames?: StandInFrames;
}

/** A part of the cache key. Raise it whenever the drawing changes. */
export const standInVersion = 2;

/**
 * Draws a labelled picture as PNG, as SVG or as animated WebP. With one version of sharp, equal input gives equal bytes. All text is drawn as outlines, so
 * no input can inject SVG, and no font of the machine is used.
 */
export async function drawStandIn(standIn: StandIn): Promise<Buffer> {
  if (standIn.isVector === true) return Buffer.from(await standInSvg(standIn));
  const png = await rasterOf(standIn, (raster) => bytesOf(raster.png({ compressionLevel: 6 })));
  return standIn.frames === undefined ? png : animateStandIn(png, standIn.frames);
}

/** The pixels that `drawStandIn` draws, without a file in between. Not for an SVG, and not for several frames. */
export async function drawStandInPixels(standIn: StandIn): Promise<RawPicture> {
  return simplestChannels(await rasterOf(standIn, pixelsOf));
}

async function rasterOf<Result>(
  standIn: StandIn,
  end: (raster: Sharp) => Promise<Result>,
): Promise<Result> {
  const svg = Buffer.from(await standInSvg(standIn));
  const raster = (await loadSharp())(svg);
  return end(standIn.isTransparent ? raster : raster.removeAlpha()).catch((error: unknown) => {
    const what =
      'The stand-in could not be drawn (where VIPS_BLOCK_UNTRUSTED is set, sharp reads no SVG)';
    throw encodeError(what, error);
  });
}

async function standInSvg(standIn: StandIn): Promise<string> {
  const typeface = await loadTypeface();
  const { width, height } = standIn;
  const random = seededRandom(standIn.seed);
  const palette = standInPalette(random);
  const scene = drawScene(width, height, palette, random);
  const picture = standIn.isTransparent
    ? badge(width, height, scene, palette, random)
    : { svg: scene, labelArea: inset({ x: 0, y: 0, width, height }, 0.84) };
  const label = drawLabel(
    {
      title:
        standIn.candidate === undefined
          ? standIn.imageId
          : `${standIn.imageId} #${standIn.candidate}`,
      prompt: standIn.prompt,
      size: `${width} × ${height}`,
    },
    picture.labelArea,
    labelEm(width, height),
    palette,
    typeface,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${picture.svg}${label}</svg>`;
}

/** Pixels, in proportion to the picture, so that the label is legible if a page shows the picture 320 to 600 pixels wide. */
function labelEm(width: number, height: number): number {
  return 0.037 * Math.max(Math.min(width, height), 0.8 * width);
}

interface Drawing {
  readonly svg: string;
  /** Where the label may be. */
  readonly labelArea: Box;
}

/** The scene inside a shape with a paper-coloured border, like a sticker; the corners stay empty. */
function badge(
  width: number,
  height: number,
  scene: string,
  palette: Palette,
  random: Random,
): Drawing {
  const shorter = Math.min(width, height);
  const box = inset({ x: 0, y: 0, width, height }, 0.94);
  const shape = `x="${num(box.x)}" y="${num(box.y)}" width="${num(box.width)}" height="${num(box.height)}" rx="${num(shorter * between(random, 0.2, 0.34))}"`;
  const svg =
    `<clipPath id="badge"><rect ${shape}/></clipPath>` +
    `<g clip-path="url(#badge)">${scene}</g>` +
    `<rect ${shape} fill="none" stroke="${palette.paper}" stroke-width="${num(0.022 * shorter)}"/>`;
  return { svg, labelArea: inset(box, 0.8) };
}

/** The middle of a box: `share` of each side. */
function inset(box: Box, share: number): Box {
  const [width, height] = [box.width * share, box.height * share];
  return {
    x: box.x + (box.width - width) / 2,
    y: box.y + (box.height - height) / 2,
    width,
    height,
  };
}
