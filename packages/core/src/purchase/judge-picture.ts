import { inspectPicture, PictureError } from '../image/inspect-picture.ts';
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
export type OriginalFormat = 'png' | 'svg' | null;

/**
 * The format that was asked for: a drawing, or PNG, which loses nothing. `takesAnyFormat`: the provider cannot be asked for a
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
    const info = await (expected === 'svg' ? inspectSvg(bytes) : inspectPicture(bytes));
    return { info, problem: formatProblem(info.format, expected) };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return { info: null, problem: error.message };
  }
}

export function formatProblem(format: string, expected: OriginalFormat): string | null {
  return expected === null || format === expected
    ? null
    : `it is ${format} and not ${expected}, which was asked for`;
}
