import type { Sharp } from 'sharp';
import type { Crop, Cut, RawPicture } from '../types.ts';
import { endPipeline } from './end-pipeline.ts';
import { loadSharp } from './load-sharp.ts';
import { pictureOptions } from './picture-options.ts';
import { releaseBuffer } from '../release-buffer.ts';

/**
 * Decodes all pixels of a picture of any depth, profile or colour space. `isRotated`: turns it by its orientation.
 */
export async function decodePicture(bytes: Uint8Array, isRotated = true): Promise<RawPicture> {
  const sharp = await loadSharp();
  const opened = sharp(bytes, await pictureOptions(bytes));
  return simplestChannels(
    await pixelsOf((isRotated ? opened.autoOrient() : opened).toColourspace('srgb')),
  );
}

/** Drops an alpha channel that is fully opaque, and colour if all pixels are grey. */
export async function simplestChannels(picture: RawPicture): Promise<RawPicture> {
  const shown =
    hasAlpha(picture) && isOpaque(picture)
      ? await replaced(picture, (raw) => raw.removeAlpha())
      : picture;
  return shown.channels === 3 && isGrey(shown)
    ? replaced(shown, (raw) => raw.extractChannel(0).toColourspace('b-w'))
    : shown;
}

/** Another picture made of the pixels of one, which are released. */
async function replaced(picture: RawPicture, change: (raw: Sharp) => Sharp): Promise<RawPicture> {
  const changed = await pixelsOf(change(await openRaw(picture)));
  releaseBuffer(picture.data);
  return changed;
}

/** Crops a picture to the shape of a box and scales it down to the box, or cuts a rectangle out of it. */
export async function cropPicture(picture: RawPicture, crop: Crop | Cut): Promise<RawPicture> {
  if ('left' in crop) return pixelsOf((await openRaw(picture)).extract(crop));
  const { width, height, position } = crop;
  if (typeof position !== 'string') {
    return cutOut(picture, crop, (scaled) => ({
      left: startOfCut(scaled.width, width, position[0]),
      top: startOfCut(scaled.height, height, position[1]),
    }));
  }
  return pixelsOf((await openRaw(picture)).resize({ width, height, fit: 'cover', position }));
}

/** Where a cut begins, so that a point, in percent of the whole side, is as near to its middle as possible. */
export function startOfCut(side: number, cut: number, percent: number): number {
  const start = Math.round((side * percent) / 100 - cut / 2);
  return Math.min(Math.max(start, 0), side - cut);
}

/** Scales a picture down until it just fills the box, and cuts the box out of it. */
async function cutOut(
  picture: RawPicture,
  { width, height }: Crop,
  startIn: (scaled: RawPicture) => { readonly left: number; readonly top: number },
): Promise<RawPicture> {
  const scaled = await pixelsOf((await openRaw(picture)).resize({ width, height, fit: 'outside' }));
  return pixelsOf((await openRaw(scaled)).extract({ ...startIn(scaled), width, height }));
}

/** Crops a frame of an animation where `cropPicture` crops its first one, because `attention` may choose another part of each. */
export async function cropFrame(
  frame: RawPicture,
  first: RawPicture,
  crop: Crop | Cut,
): Promise<RawPicture> {
  if ('left' in crop) return cropPicture(frame, crop);
  const { width, height, position } = crop;
  if (position !== 'attention' && position !== 'entropy') return cropPicture(frame, crop);
  const found = (await openRaw(first)).resize({ width, height, fit: 'cover', position }).raw();
  const { info } = await endPipeline(found, (raw) => raw.toBuffer({ resolveWithObject: true }));
  const [left, top] = [-(info.cropOffsetLeft ?? 0), -(info.cropOffsetTop ?? 0)];
  return cutOut(frame, crop, () => ({ left, top }));
}

/** Scales the whole picture to another size of the same shape. */
export async function resizePicture(
  picture: RawPicture,
  width: number,
  height: number,
): Promise<RawPicture> {
  if (width === picture.width && height === picture.height) return picture;
  return pixelsOf((await openRaw(picture)).resize({ width, height, fit: 'fill' }));
}

/** A sharp pipeline that starts from decoded pixels. */
export async function openRaw(picture: RawPicture): Promise<Sharp> {
  const { data, width, height, channels, frames = 1 } = picture;
  const sharp = await loadSharp();
  const pages = frames === 1 ? {} : { pageHeight: height };
  const raw = { width, height: height * frames, channels, ...pages };
  const pipeline = sharp(data, { raw });
  // Otherwise sharp writes three channels instead of one.
  return channels < 3 ? pipeline.toColourspace('b-w') : pipeline;
}

/** Whether some pixel is transparent. `decodePicture` has dropped an alpha channel that is fully opaque. */
export function hasAlpha(picture: RawPicture): boolean {
  return picture.channels === 2 || picture.channels === 4;
}

/** Whether every pixel is fully transparent. */
export function isInvisible(picture: RawPicture): boolean {
  const { data, channels } = picture;
  if (!hasAlpha(picture)) return false;
  for (let alpha = channels - 1; alpha < data.length; alpha += channels) {
    if (data[alpha] !== 0) return false;
  }
  return true;
}

/**
 * How transparent a picture is. `slight`: every pixel is at least 98 % opaque, which is invisible on white (models leave such
 * pixels at edges, 2026-11).
 */
export function transparencyOf(picture: RawPicture): 'none' | 'slight' | 'visible' {
  if (!hasAlpha(picture)) return 'none';
  const { data, channels } = picture;
  for (let alpha = channels - 1; alpha < data.length; alpha += channels) {
    if (data[alpha]! < slightAlpha) return 'visible';
  }
  return 'slight';
}

/** Alpha, of 255. */
const slightAlpha = 250;

/** The pixels that a pipeline makes. Do not use the pipeline afterwards. */
export async function pixelsOf(pipeline: Sharp): Promise<RawPicture> {
  const { data, info } = await endPipeline(pipeline.raw({ depth: 'uchar' }), (raw) =>
    raw.toBuffer({ resolveWithObject: true }),
  );
  return { data, width: info.width, height: info.height, channels: info.channels };
}

function isOpaque({ data, channels }: RawPicture): boolean {
  for (let alpha = channels - 1; alpha < data.length; alpha += channels) {
    if (data[alpha] !== 255) return false;
  }
  return true;
}

function isGrey({ data }: RawPicture): boolean {
  for (let at = 0; at < data.length; at += 3) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  }
  return true;
}
