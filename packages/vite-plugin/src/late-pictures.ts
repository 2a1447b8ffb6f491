import { MagicString, type SourceMap } from 'magic-string';

/** What stands for the JSON of a picture that is not there yet, in the string that it will be in. */
export function lateToken(moduleId: string): string {
  return `__TINTYPE_LATE_${Buffer.from(moduleId).toString('hex')}__`;
}

/** What a chunk with late pictures has in it. */
export const lateForm: RegExp = /__TINTYPE_LATE_[0-9a-f]+__/;

/** Puts pictures into a chunk. `jsonOf` is asked for each by the id of its module. */
export async function fillIn(
  code: string,
  jsonOf: (moduleId: string) => Promise<string>,
): Promise<{ readonly code: string; readonly map: SourceMap } | null> {
  const text = new MagicString(code);
  for (const match of code.matchAll(/(["'`])__TINTYPE_LATE_([0-9a-f]+)__\1/g)) {
    const json = await jsonOf(Buffer.from(match[2]!, 'hex').toString());
    text.overwrite(match.index, match.index + match[0].length, JSON.stringify(json));
  }
  if (!text.hasChanged()) return null;
  return { code: text.toString(), map: text.generateMap({ hires: 'boundary' }) };
}
