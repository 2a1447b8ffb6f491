export type Theme = 'auto' | 'light' | 'dark';
export type Backdrop = 'light' | 'dark' | 'checker';

/** What a person likes, kept by the browser where it keeps anything. */
export interface Preferences {
  readonly theme: Theme;
  /** `null`: as the theme. */
  readonly backdrop: Backdrop | null;
  readonly hasShortcuts: boolean;
}

const name = 'tintype-sheet';

const usual: Preferences = { theme: 'auto', backdrop: null, hasShortcuts: true };

export function readPreferences(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name) ?? 'null');
    return { ...usual, ...(typeof kept === 'object' ? kept : null) };
  } catch {
    return usual;
  }
}

export function keepPreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(name, JSON.stringify(preferences));
  } catch {
    // A file in a browser that keeps nothing for files: it is liked for as long as the page is open.
  }
}

export function apply({ theme, backdrop }: Preferences): void {
  const { dataset } = document.documentElement;
  dataset['theme'] = theme;
  dataset['backdrop'] = backdrop ?? 'auto';
}
