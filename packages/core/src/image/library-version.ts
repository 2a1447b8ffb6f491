import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The version of an installed package, without loading it; `null`: it is not installed. */
export function libraryVersion(name: string): string | null {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    return null;
  }
  // Packages need not export their `package.json`, so search the folders above the entry point.
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.name === name) return manifest.version;
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}
