import type { Flag, SheetImage } from '../../src/sheet.ts';

/** The part of the sheet that is shown. */
export interface Filter {
  readonly flag: Flag | null;
  readonly manifest: string | null;
  readonly text: string;
}

export const everything: Filter = { flag: null, manifest: null, text: '' };

/** Whether an image passes the filter: all three parts of it, and every word of the text. */
export function matches(image: SheetImage, { flag, manifest, text }: Filter): boolean {
  if (flag !== null && !image.flags.includes(flag)) return false;
  if (manifest !== null && image.manifest !== manifest) return false;
  if (text === '') return true;
  const searched = searchedText(image);
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word) || isOfKey(word, image));
}

/** Matches the beginning of a key, as other tools print it. Three digits would match every other key. */
function isOfKey(word: string, { candidates }: SheetImage): boolean {
  return word.length >= 6 && candidates.some(({ key }) => key?.startsWith(word));
}

const searchedTexts = new WeakMap<SheetImage, string>();

/** Built once for each image, because each key stroke searches a thousand prompts. */
function searchedText(image: SheetImage): string {
  const known = searchedTexts.get(image);
  if (known !== undefined) return known;
  const { id, prompt, alt, model, provider, status } = image;
  const text = [id, prompt, alt, model, provider, status].join('\n').toLowerCase();
  searchedTexts.set(image, text);
  return text;
}

/** A filter as the fragment of the address, so that a reload or a link shows the same. */
export function toFragment(filter: Filter, selected: string | null): string {
  const parts = new URLSearchParams();
  if (filter.flag !== null) parts.set('show', filter.flag);
  if (filter.manifest !== null) parts.set('manifest', filter.manifest);
  if (filter.text !== '') parts.set('text', filter.text);
  if (selected !== null) parts.set('image', selected);
  return parts.size === 0 ? '' : `#${parts}`;
}

export function fromFragment(fragment: string): {
  readonly filter: Filter;
  readonly selected: string | null;
} {
  const parts = new URLSearchParams(fragment.replace(/^#/, ''));
  const flag = flags.find(([name]) => name === parts.get('show'))?.[0] ?? null;
  return {
    filter: { flag, manifest: parts.get('manifest'), text: parts.get('text') ?? '' },
    selected: parts.get('image'),
  };
}

export const flags: readonly (readonly [Flag, string])[] = [
  ['differs', 'In this change'],
  ['missing', 'Missing'],
  ['unpicked', 'Unpicked'],
  ['failed', 'Failed'],
  ['changed', 'Changed'],
  ['stand-in', 'Stand-in'],
];
