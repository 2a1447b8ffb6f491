import type { InputReference, Place } from '../types.ts';

/**
 * Parses an entry of `input_images`: a path, an `https:` URL, `tintype:<id>` or `tintype:<id>@<candidate>`. Returns what is
 * wrong with it, if something is.
 */
export function parseInputReference(written: string, place: Place): InputReference | string {
  const image = /^tintype:([^@]*)(?:@(\d{1,2}))?$/.exec(written);
  if (image !== null) {
    const candidate = image[2] === undefined ? null : Number(image[2]);
    return { kind: 'image', id: image[1]!, candidate, place };
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(written)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'file', path: written, place };
  if (scheme !== 'https' || !URL.canParse(written)) {
    return `an input image is a path, an https: URL or tintype:<id>, not "${written.slice(0, 60)}"`;
  }
  const url = new URL(written);
  if (url.username !== '' || url.password !== '')
    return 'the URL of an input image must not contain a user name or a password';
  return { kind: 'url', url: url.href, place };
}
