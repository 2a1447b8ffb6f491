import type { PictureInfo } from '../../types.ts';
import { inspectPicture, PictureError } from '../inspect-picture.ts';
import { decodePicture, isInvisible } from '../raw-picture.ts';
import { releaseBuffer } from '../release-buffer.ts';
import { cleanSvg } from './clean-svg.ts';

/**
 * Cleans a drawing and draws it, as before it is delivered. The size is the one that it is drawn at (`pictureOptions`). Bytes that
 * are not XML are inspected as a picture of pixels, so that the caller can name their format. Throws a PictureError.
 */
export async function inspectSvg(bytes: Uint8Array): Promise<PictureInfo> {
  if (!isXml(bytes)) return inspectPicture(bytes);
  const clean = Buffer.from(await cleanSvg(bytes, { idPrefix: 't' }));
  const info = await inspectPicture(clean);
  const picture = await decodePicture(clean);
  if (isInvisible(picture)) throw new PictureError('undecodable', 'it draws nothing');
  releaseBuffer(picture.data);
  return { ...info, hasAlpha: true };
}

/** XML begins with `<`, after a mark of the byte order and spaces. */
function isXml(bytes: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?\s*</.test(Buffer.from(bytes.subarray(0, 1000)).toString('latin1'));
}
