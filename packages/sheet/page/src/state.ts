import type { Sheet, SheetImage } from '../../src/sheet.ts';
import { everything, type Filter, fromFragment, toFragment } from './filter.ts';
import { fromFile, fromServer, type PictureSource } from './pictures.ts';
import { type Preferences, readPreferences } from './preferences.ts';

/** What the page shows. Its parts read it; `page.ts` and `marks.ts` change it. */
interface PageState {
  /** `null`: the server has not sent it yet. */
  sheet: Sheet | null;
  filter: Filter;
  selected: string | null;
  /** The images that pass the filter. */
  shown: readonly SheetImage[];
  preferences: Preferences;
}

const embedded = JSON.parse(
  document.querySelector('#sheet')?.textContent ?? 'null',
) as Sheet | null;

/** A page from a server, and not a file. */
export const isLive: boolean = embedded === null;
export const source: PictureSource = isLive ? fromServer : fromFile;

const first = fromFragment(location.hash);

export const state: PageState = {
  sheet: embedded,
  // A sheet that compares shows the change first.
  filter:
    embedded?.base != null && location.hash === ''
      ? { ...everything, flag: 'differs' }
      : first.filter,
  selected: first.selected,
  shown: [],
  preferences: readPreferences(),
};

/** The images that the next step is about; none: all that are shown. */
export const marked: Set<string> = new Set();

export function imageOf(id: string | null): SheetImage | null {
  return state.sheet?.images.find((image) => image.id === id) ?? null;
}

/** Whether what the address says is what is shown. */
export function isShown(filter: Filter, selected: string | null): boolean {
  return toFragment(filter, selected) === toFragment(state.filter, state.selected);
}
