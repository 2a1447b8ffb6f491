import { idForm } from '../fields.ts';
import type { Finding, ImageEntry, Place } from '../types.ts';
import { maxShown } from './findings.ts';
import { variablesIn } from './render-template.ts';

/** Why an image cannot have an id; `null` if it can. `taken`: the ids so far, with their places. */
export function idProblem(
  id: string,
  entry: ImageEntry,
  taken: ReadonlyMap<string, Place>,
): Finding | null {
  const mistake = idMistake(id);
  if (mistake !== null) return { code: 'bad-id', message: mistake };
  const first = taken.get(id);
  if (first === undefined) return null;
  // For example, manifests of two apps of a monorepo.
  const remedy =
    first.file === entry.place.file
      ? '; rename one of the two'
      : '; rename one, or set manifests to the files that belong together: only their ids have to differ';
  const isEveryRow = first === entry.place && variablesIn(entry.id).length === 0;
  return {
    code: 'duplicate-id',
    message: isEveryRow
      ? `every row of each would be "${id}"; put a {{ variable }} in the id`
      : `"${id}" is the id of another image, at ${first.file}:${first.line}${remedy}`,
  };
}

/** What is wrong with the form of an id; `null`: nothing. */
export function idMistake(id: string): string | null {
  if (isId(id)) return null;
  const device = id.split('/').find((segment) => devices.test(segment));
  return device === undefined
    ? `${JSON.stringify(id.slice(0, 60))} is not a valid id: use lower-case letters, digits and "-", with "/" for folders, and at most ${idForm.maxLength} characters${suggestId(id)}`
    : `an id cannot have the name "${device}", because on Windows no file and no folder can have it; add something to it, for example "${device}-image"`;
}

/** Names that Windows reserves, with any extension: https://learn.microsoft.com/windows/win32/fileio/naming-a-file (2026-11-30). */
const devices = /^(?:aux|con|nul|prn|com[0-9]|lpt[0-9])$/i;

function isId(text: string): boolean {
  return idForm.pattern.test(text) && text.length <= idForm.maxLength;
}

/** `; did you mean "hero-image"?` for `Hero_Image`, otherwise nothing. */
function suggestId(id: string): string {
  if (id.length > maxShown) return '';
  const suggestion = idLike(id);
  return suggestion === null ? '' : `; did you mean "${suggestion}"?`;
}

/** `hero-image` for `Hero_Image`; `null`: nothing of the text can be in an id. */
export function idLike(text: string): string | null {
  const id = text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .split('/')
    .map((part) => part.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, ''))
    .join('/');
  return isId(id) ? id : null;
}
