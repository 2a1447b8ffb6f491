import type { Crop, Cut, RawPicture, Source } from '../types.ts';
import { encodeError } from './encode-error.ts';
import { encodeQueue, pictureQueue } from './encode-queue.ts';
import type { Content } from './encoder-settings.ts';
import { hasSharpColour } from './has-sharp-colour.ts';
import { isFlatArt } from './is-flat-art.ts';
import { type Texture, textureOf } from './texture.ts';
import { decodeFrames, type Frames, type Timing } from './animation.ts';
import { cropFrame, cropPicture, decodePicture, resizePicture } from './raw-picture.ts';
import { releaseBuffer } from '../release-buffer.ts';
import { cleanSvg } from './svg/clean-svg.ts';
import type { Lane } from './work-queue.ts';

/** The longer side, in pixels, to which a picture is scaled down for `hasSharpColour`. */
const sharpColourSide = 1024;

/** A picture that is decoded once. Each of its sizes is made once. */
export interface OpenPicture {
  /** The picture or a crop of it, scaled to a size or, without one, in its own size. `frame`: which one, from 0. @default 0 */
  readonly at: (
    crop: Crop | Cut | null,
    size?: { readonly width: number; readonly height: number },
    frame?: number,
  ) => Promise<RawPicture>;
  /** `null`: it does not move. */
  readonly timing: Timing | null;
  /**
   * The properties of the crop that all files show, so that all files keep the same share of its colours, and its texture at a size or,
   * without one, in its own size.
   */
  readonly content: (
    crop: Crop | Cut | null,
    size?: { readonly width: number; readonly height: number },
  ) => Promise<Content>;
}

/** Runs a task once there is room in memory for its picture. Only such a task may open the picture. */
export async function pictureTurn<Result>(
  { width, height, frames = 1 }: Source,
  lane: Lane,
  task: () => Promise<Result>,
): Promise<Result> {
  return pictureQueue(task, { lane, weight: width * height * frames });
}

/** Decodes a picture, passes it to `use`, and releases the pixels when `use` settles. */
export async function openPicture<Result>(
  source: Source,
  lane: Lane,
  use: (picture: OpenPicture) => Promise<Result>,
): Promise<Result> {
  const frames =
    source.draw === undefined ? await readFrames(source, lane) : stillOf(await source.draw());
  const { picture, release } = sizesOf(frames, source.isStandIn);
  return use(picture).finally(release);
}

async function readFrames(source: Source, lane: Lane): Promise<Frames> {
  const bytes = await readPicture(source);
  const decoded = await encodeQueue(() => decode(bytes, source), { lane });
  releaseBuffer(bytes);
  return decoded;
}

function stillOf(picture: RawPicture): Frames {
  return { frames: [picture], timing: null, release: () => releaseBuffer(picture.data) };
}

/** A drawing is cleaned first, so that its previews and other formats show what its SVG shows. */
async function readPicture(source: Source): Promise<Uint8Array> {
  const bytes = await source.read();
  return source.isVector === true ? Buffer.from(await cleanSvg(bytes, { idPrefix: 't' })) : bytes;
}

async function decode(bytes: Uint8Array, source: Source): Promise<Frames> {
  const { width, height, frames = 1 } = source;
  try {
    const moving = frames === 1 ? null : await decodeFrames(bytes);
    if (moving !== null) return moving;
    const picture = await decodePicture(bytes);
    const isSwapped = width !== height && picture.width === height && picture.height === width;
    // Older records have the size before rotation, because Tintype ignored the orientation then. Their pictures are still
    // delivered without rotation.
    const shown = isSwapped ? await decodePicture(bytes, false) : picture;
    return stillOf(shown);
  } catch (error) {
    throw encodeError(
      'The original could not be decoded, although its bytes are as received (take: 2 buys another picture)',
      error,
    );
  }
}

function sizesOf(
  { frames, timing, release: releaseFrames }: Frames,
  isStandIn: boolean,
): {
  readonly picture: OpenPicture;
  readonly release: () => Promise<void>;
} {
  const sizes = new Map<string, Promise<RawPicture>>();
  const once = (name: string, make: () => Promise<RawPicture>): Promise<RawPicture> => {
    const picture =
      sizes.get(name) ??
      make().catch((error: unknown) => {
        throw encodeError('The original could not be cropped or scaled', error);
      });
    sizes.set(name, picture);
    return picture;
  };
  const cropped = (frame: number, crop: Crop | Cut): Promise<RawPicture> =>
    frame === 0 ? cropPicture(frames[0]!, crop) : cropFrame(frames[frame]!, frames[0]!, crop);
  const at: OpenPicture['at'] = async (crop, size, frame = 0) => {
    const part = `${JSON.stringify(crop)} ${frame}`;
    // Scale the crop, and do not crop each size: `attention` would choose another part at each size.
    const whole = crop === null ? frames[frame]! : await once(part, () => cropped(frame, crop));
    if (size === undefined) return whole;
    const { width, height } = size;
    return once(`${part} ${width}x${height}`, () => resizePicture(whole, width, height));
  };
  const contents = new Map<string, Promise<WholeContent>>();
  const textures = new Map<RawPicture, Texture | null>();
  const content: OpenPicture['content'] = async (crop, size) => {
    if (isStandIn) return unexamined;
    const part = JSON.stringify(crop);
    const whole = contents.get(part) ?? contentOf(crop, at);
    contents.set(part, whole);
    const sized = await at(crop, size);
    if (!textures.has(sized)) textures.set(sized, textureOf(sized));
    return { ...(await whole), texture: textures.get(sized)! };
  };
  const release = async () => {
    releaseFrames();
    for (const size of await Promise.allSettled(sizes.values())) {
      if (size.status === 'fulfilled') releaseBuffer(size.value.data);
    }
  };
  return { picture: { at, content, timing }, release };
}

/** A stand-in must be ready soon, and nobody needs its exact colours. */
const unexamined: Content = {
  hasSharpColour: false,
  isFlatArt: false,
  isGrey: false,
  texture: null,
};

type WholeContent = Omit<Content, 'texture'>;

async function contentOf(crop: Crop | Cut | null, at: OpenPicture['at']): Promise<WholeContent> {
  const whole = await at(crop);
  const scale = Math.min(1, sharpColourSide / Math.max(whole.width, whole.height));
  const width = Math.max(1, Math.round(whole.width * scale));
  const height = Math.max(1, Math.round(whole.height * scale));
  return {
    hasSharpColour: hasSharpColour(await at(crop, { width, height })),
    isFlatArt: isFlatArt(whole),
    isGrey: whole.channels < 3,
  };
}
