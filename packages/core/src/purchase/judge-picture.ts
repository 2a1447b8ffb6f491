import { inspectFrames } from '../image/animation.ts';
import { PictureError } from '../image/inspect-picture.ts';
import { inspectSvg } from '../image/svg/inspect-svg.ts';
import type { PictureInfo, Request } from '../types.ts';

/** What kind of picture an answer's bytes are, and whether it can be delivered. */
export interface Judgement {
  /** `null`: not a picture. */
  readonly info: PictureInfo | null;
  /** Why the picture cannot be delivered, as a clause; `null`: it can. */
  readonly problem: string | null;
}

/** The format that an original must have; `null`: any that decodes. */
export type OriginalFormat = 'png' | 'svg' | 'gif' | null;

/**
 * The format that was asked for: a drawing, an animation, or PNG, which loses nothing. `takesAnyFormat`: the provider cannot be asked for a
 * format of pixels.
 */
export function originalFormatOf(request: Request, takesAnyFormat: boolean): OriginalFormat {
  return request.output_format ?? (takesAnyFormat ? null : 'png');
}

export async function judgePicture(
  bytes: Uint8Array,
  expected: OriginalFormat,
): Promise<Judgement> {
  try {
    const info = await (expected === 'svg' ? inspectSvg(bytes) : inspectFrames(bytes));
    return { info, problem: formatProblem(info.format, expected) };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return { info: null, problem: error.message };
  }
}

/** WebP holds an animation as well as GIF. */
export function formatProblem(format: string, expected: OriginalFormat): string | null {
  const isAsAsked = format === expected || (expected === 'gif' && format === 'webp');
  return expected === null || isAsAsked
    ? null
    : `it is ${format} and not ${expected}, which was asked for`;
}
