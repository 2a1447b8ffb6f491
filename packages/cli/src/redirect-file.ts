import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeHtml } from '@tintype/core';

/** A page on the disk that redirects to an address, readable only by this user. */
export interface RedirectFile {
  /** Absolute. */
  readonly path: string;
  /** Removes it, once. */
  readonly remove: () => void;
}

/**
 * Writes a page that redirects to an address that contains a secret. Every user of a machine can see the arguments of a
 * program, but not a file in this user's own folder.
 */
export function writeRedirect(url: string): RedirectFile {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-open-'));
  const path = join(folder, 'open.html');
  writeFileSync(path, page(url), { mode: 0o600, flag: 'wx' });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function page(url: string): string {
  const address = escapeHtml(url);
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Tintype</title>
<a href="${address}">The contact sheet</a>
`;
}
