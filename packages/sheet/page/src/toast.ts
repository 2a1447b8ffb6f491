import { h, nodesOf } from './element.ts';

/** Says for a few seconds what has happened. */
export const toast: HTMLElement = h('p.toast', { role: 'status' });

let saying: number | undefined;

export function say(text: string): void {
  toast.replaceChildren(...nodesOf([text]));
  clearTimeout(saying);
  saying = window.setTimeout(() => toast.replaceChildren(), 8000);
}

/** Says why something did not work, if it did not. */
export function orSay(act: Promise<unknown>): void {
  act.catch((error: unknown) => say(wordsOf(error)));
}

/** If the page may not write to the clipboard, it shows the text instead. */
export function copy(text: string): void {
  const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
  copying.then(
    () => say(`Copied: ${text}`),
    () => say(text),
  );
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
