import type { Format } from '@tintype/core';
import type { SourceMap } from 'magic-string';

/** A placeholder for the JSON of a picture that is not bought yet, inside the string that will contain it. */
export function lateToken(moduleId: string): string {
  return `__TINTYPE_LATE_${Buffer.from(moduleId).toString('hex')}__`;
}

/** A placeholder for the URL of a file that does not exist yet, in a style sheet. */
export interface LateFile {
  readonly name: string;
  readonly format: Format;
  /** The first frame, if the picture moves. */
  readonly isStill: boolean;
  /** Different for each run: the style sheet must not get the hash that it has with another picture of the same request. */
  readonly run: string;
}

export function lateUrl({ name, format, isStill, run }: LateFile): string {
  return `__TINTYPE_URL_${Buffer.from(JSON.stringify([name, format, isStill, run])).toString('hex')}__`;
}

/** Puts URLs into a text. */
export function fillInUrls(text: string, urlOf: (file: LateFile) => string): string {
  return text.replaceAll(/__TINTYPE_URL_([0-9a-f]+)__/g, (_, hex: string) => {
    const [name, format, isStill, run] = JSON.parse(Buffer.from(hex, 'hex').toString()) as [
      string,
      Format,
      boolean,
      string,
    ];
    return urlOf({ name, format, isStill, run });
  });
}

/** The text by which a chunk with late pictures, or with style sheets that name them, is recognised. */
export const lateForm: RegExp = /__TINTYPE_(?:LATE|URL)_[0-9a-f]+__/;

/** Puts pictures into a chunk. `jsonOf` gets the id of a picture's module; `urlOf` gets the files in style sheets. */
export async function fillIn(
  code: string,
  jsonOf: (moduleId: string) => Promise<string>,
  urlOf: (file: LateFile) => string,
): Promise<{ readonly code: string; readonly map: SourceMap } | null> {
  const { MagicString } = await import('magic-string');
  const text = new MagicString(code);
  for (const match of code.matchAll(/(["'`])__TINTYPE_LATE_([0-9a-f]+)__\1/g)) {
    const json = await jsonOf(Buffer.from(match[2]!, 'hex').toString());
    text.overwrite(match.index, match.index + match[0].length, JSON.stringify(json));
  }
  for (const match of code.matchAll(/__TINTYPE_URL_[0-9a-f]+__/g)) {
    text.overwrite(match.index, match.index + match[0].length, fillInUrls(match[0], urlOf));
  }
  if (!text.hasChanged()) return null;
  return { code: text.toString(), map: text.generateMap({ hires: 'boundary' }) };
}
