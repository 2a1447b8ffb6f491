import { inspectPicture, PictureError } from '../image/inspect-picture.ts';
import type { PictureInfo } from '../types.ts';

/** The kind of an answer's bytes, and whether they can be delivered. */
export interface Judgement {
  /** `null`: no picture. */
  readonly info: PictureInfo | null;
  /** Why they cannot be delivered, as a clause; `null`: they can be. */
  readonly problem: string | null;
}

/** `takesAnyFormat`: the provider was not asked for PNG. */
export async function judgePicture(bytes: Uint8Array, takesAnyFormat: boolean): Promise<Judgement> {
  try {
    const info = await inspectPicture(bytes);
    return { info, problem: formatProblem(info.format, takesAnyFormat) };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return { info: null, problem: error.message };
  }
}

/** Originals are requested as PNG, which loses nothing, if a provider can be asked for a format. */
export function formatProblem(format: string, takesAnyFormat: boolean): string | null {
  return format === 'png' || takesAnyFormat
    ? null
    : `it is ${format} and not png, which was asked for`;
}
