export type Theme = 'auto' | 'light' | 'dark';
export type Backdrop = 'light' | 'dark' | 'checker';

/** The preferences of a person. The browser keeps them, if it can. */
export interface Preferences {
  readonly theme: Theme;
  /** `null`: the theme's. */
  readonly backdrop: Backdrop | null;
  readonly hasShortcuts: boolean;
}

const name = 'tintype-sheet';

const usual: Preferences = { theme: 'auto', backdrop: null, hasShortcuts: true };

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
