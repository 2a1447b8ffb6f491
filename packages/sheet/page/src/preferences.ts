export type Theme = 'auto' | 'light' | 'dark';
export type Backdrop = 'light' | 'dark' | 'checker';

/** The preferences of a person. The browser keeps them, if it can. */
export interface Preferences {
  readonly theme: Theme;
  /** `null`: the theme's. */
  readonly backdrop: Backdrop | null;
  readonly hasShortcuts: boolean;
  /** The width of a thumbnail in CSS pixels; `null`: one that suits the screen. */
  readonly size: number | null;
}

const name = 'tintype-sheet';

const usual: Preferences = { theme: 'auto', backdrop: null, hasShortcuts: true, size: null };

export function readPreferences(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(name) ?? 'null');
    return { ...usual, ...(typeof stored === 'object' ? stored : null) };
  } catch {
    return usual;
  }
}

export function keepPreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(name, JSON.stringify(preferences));
  } catch {
    // Some browsers keep nothing for a page from a file. The preference then lasts as long as the page is open.
  }
}

export function apply({ theme, backdrop }: Preferences): void {
  const { dataset } = document.documentElement;
  dataset['theme'] = theme;
  dataset['backdrop'] = backdrop ?? 'auto';
}

export const sizes = { min: 100, max: 480, step: 20 } as const;

/** The least width of a thumbnail: on a large screen they are larger, because otherwise there are only more of them. */
export function sizeOf({ size }: Preferences): number {
  if (typeof size === 'number') return Math.min(sizes.max, Math.max(sizes.min, size));
  return Math.min(280, Math.max(120, Math.round(60 + innerWidth / 15)));
}
