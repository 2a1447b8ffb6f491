import { openInBrowser } from './open-in-browser.ts';
import { writeRedirect } from './redirect-file.ts';
import type { Shell } from './shell.ts';

/** Opens the page. The address contains a token, so it is passed on in a file. Returns a function that removes the file. */
export function openSheet(url: string, shell: Shell): () => void {
  const { path, remove } = writeRedirect(url);
  const stop = shell.onExit(remove);
  openInBrowser(path, shell.env, (problem) => shell.stderr.write(`${problem}\n`));
  return () => {
    stop();
    remove();
  };
}
