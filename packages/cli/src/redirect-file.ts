import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A page on the disk that leads to an address, for this user alone. */
export interface RedirectFile {
  /** Absolute. */
  readonly path: string;
  /** Removes it, once. */
  readonly remove: () => void;
}

/**
 * Writes a page that leads to an address which holds a secret: the arguments of a program are for every user of a machine
 * to see, and a file in a folder of one's own is not.
 */
export function writeRedirect(url: string): RedirectFile {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-open-'));
  const path = join(folder, 'open.html');
  writeFileSync(path, page(url), { mode: 0o600, flag: 'wx' });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function page(url: string): string {
  const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Tintype</title>
<a href="${address}">The contact sheet</a>
`;
}
