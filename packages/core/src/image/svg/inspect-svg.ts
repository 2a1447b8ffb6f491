import type { PictureInfo } from '../../types.ts';
import { inspectPicture, PictureError } from '../inspect-picture.ts';
import { decodePicture, isInvisible } from '../raw-picture.ts';
import { releaseBuffer } from '../../release-buffer.ts';
import { cleanSvg } from './clean-svg.ts';

/**
 * Cleans a drawing and draws it, as before it is delivered. The size is the one that it is drawn at (`pictureOptions`). Bytes that
 * are not XML are inspected as a picture of pixels, so that the caller can name their format. Throws a PictureError.
 */
export async function inspectSvg(bytes: Uint8Array): Promise<PictureInfo> {
  if (!isXml(bytes)) return inspectPicture(bytes);
  const { svg, pictures } = await cleanAndCount(bytes);
  const clean = Buffer.from(svg);
  const info = await inspectPicture(clean);
  const picture = await decodePicture(clean);
  if (isInvisible(picture)) {
    const but = pictures === 0 ? '' : ' but embedded pictures, which are left out';
    throw new PictureError('undecodable', `it draws nothing${but}`);
  }
  releaseBuffer(picture.data);
  return { ...info, hasAlpha: true };
}

/** How a drawing that is delivered differs from the one that was answered, and from what a reader may see, as clauses. */
export async function drawingDifferences(bytes: Uint8Array): Promise<string[]> {
  const { svg, pictures } = await cleanAndCount(bytes);
  const embedded = pictures === 1 ? 'a picture' : `${pictures} pictures`;
  return [
    ...(pictures === 0
      ? []
      : [`it embeds ${embedded} of pixels, which an SVG file of Tintype does not have`]),
    ...(/<text[\s>]/.test(svg)
      ? [
          'it has text, which every reader sees in a font of their own machine; where its shape matters, ask for lettering as outlines in the prompt',
        ]
      : []),
  ];
}

/** `pictures`: how many embedded pictures are left out. */
async function cleanAndCount(
  bytes: Uint8Array,
): Promise<{ readonly svg: string; readonly pictures: number }> {
  let pictures = 0;
  const onLeftOut = (name: string) => {
    if (name === 'image' || name === 'feImage') pictures++;
  };
  const svg = await cleanSvg(bytes, { idPrefix: 't', onLeftOut });
  return { svg, pictures };
}

/** XML begins with `<`, after a mark of the byte order and spaces. */
function isXml(bytes: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?\s*</.test(Buffer.from(bytes.subarray(0, 1000)).toString('latin1'));
}
