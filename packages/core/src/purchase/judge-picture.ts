import { inspectPicture, PictureError } from '../image/inspect-picture.ts';
import type { PictureInfo } from '../types.ts';

/** What kind of picture an answer's bytes are, and whether it can be delivered. */
export interface Judgement {
  /** `null`: not a picture. */
  readonly info: PictureInfo | null;
  /** Why the picture cannot be delivered, as a clause; `null`: it can. */
  readonly problem: string | null;
}

/** `takesAnyFormat`: the request did not ask for PNG. */
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
