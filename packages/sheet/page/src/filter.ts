import type { Flag, SheetImage } from '../../src/sheet.ts';

/** What of the sheet is looked at. */
export interface Filter {
  readonly flag: Flag | null;
  readonly manifest: string | null;
  readonly text: string;
}

export const everything: Filter = { flag: null, manifest: null, text: '' };

/** Whether an image is among what is looked at: by all three, and by every word of the text. */
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

/** The beginning of a key, as other tools print it: three digits would be found in every other key. */
function isOfKey(word: string, { candidates }: SheetImage): boolean {
  return word.length >= 6 && candidates.some(({ key }) => key?.startsWith(word));
}

const searchedTexts = new WeakMap<SheetImage, string>();

/** Put together once an image: a thousand prompts are searched at each key. */
function searchedText(image: SheetImage): string {
  const known = searchedTexts.get(image);
  if (known !== undefined) return known;
  const { id, prompt, alt, model, provider, status } = image;
  const text = [id, prompt, alt, model, provider, status].join('\n').toLowerCase();
  searchedTexts.set(image, text);
  return text;
}

/** A filter as the address's fragment, so that a reload and a link show the same. */
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
  ['missing', 'Missing'],
  ['unpicked', 'Unpicked'],
  ['failed', 'Failed'],
  ['changed', 'Changed'],
  ['stand-in', 'Stand-in'],
];
