import { parse, resolve } from 'node:path';
import * as v from 'valibot';
import { limits } from '../fields.ts';
import { readInside } from '../fs/read-inside.ts';
import { parseJson } from '../schema.ts';

/** What a file beside a picture says about it. */
export interface Sidecar {
  /** Relative to the folder. */
  readonly file: string;
  readonly prompt: string | null;
  readonly alt: string | null;
  /** Why the file is not used; `null`: it is, or there is none. */
  readonly problem: string | null;
}

/** Other members, such as those that `tintype export` writes, are not used: they cannot change where or how anything is bought. */
const sidecarSchema = v.object({
  prompt: v.optional(v.pipe(v.string(), v.maxLength(limits.promptLength))),
  alt: v.optional(v.pipe(v.string(), v.maxLength(5000))),
});

/**
 * Reads `hero.png.json` or `hero.json` (`{ "prompt": …, "alt": … }`), or `hero.txt`, which is a prompt, beside `hero.png`. The first
 * that exists counts.
 */
export async function readSidecar(
  folder: string,
  picture: string,
  maxBytes: number,
): Promise<Sidecar> {
  const { dir, name } = parse(picture);
  const stem = dir === '' ? name : `${dir}/${name}`;
  for (const file of [`${picture}.json`, `${stem}.json`, `${stem}.txt`]) {
    const nothing = { file, prompt: null, alt: null };
    const read = await readInside(folder, resolve(folder, file), maxBytes);
    if ('problem' in read) {
      if (read.problem.endsWith('does not exist')) continue;
      return { ...nothing, problem: read.problem };
    }
    const parsed = parseSidecar(file, new TextDecoder().decode(read.bytes));
    return { ...nothing, problem: null, ...parsed };
  }
  return { file: picture, prompt: null, alt: null, problem: null };
}

function parseSidecar(file: string, text: string): Partial<Sidecar> {
  if (file.endsWith('.txt')) {
    const prompt = textOrNull(text);
    return (prompt?.length ?? 0) > limits.promptLength
      ? { problem: `is longer than a prompt may be (${limits.promptLength} characters)` }
      : { prompt };
  }
  const parsed = parseJson(sidecarSchema, text);
  if (parsed.kind === 'damaged') return { problem: parsed.problem };
  const { prompt, alt } = parsed.value;
  return { prompt: textOrNull(prompt), alt: textOrNull(alt) };
}

/** Control characters, which no manifest may contain, become spaces; line breaks and tabs stay. */
function textOrNull(text: string | undefined): string | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what it replaces.
  const clean = (text ?? '').replaceAll(/[\0-\x08\x0b-\x1f\x7f]/g, ' ').trim();
  return clean === '' ? null : clean;
}
