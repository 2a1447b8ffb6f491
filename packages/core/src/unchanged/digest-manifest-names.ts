import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type StatDigest, statDigester } from '../fs/stat-digest.ts';
import type { FileSearch } from '../manifest/find-manifests.ts';
import { isIgnoredFolder } from '../manifest/ignored-folders.ts';

/**
 * Digests every name below the root that a search for manifests may find, and ignores the same folders. If sums are equal, the
 * search finds the same manifests, because a glob depends only on names. Throws the file system's own errors.
 */
export function digestManifestNames({ root, patterns, ignoredDirs }: FileSearch): StatDigest {
  const names = statDigester();
  const ignored = new Set(ignoredDirs);
  // Other files belong to the site, and may change at any time.
  const isWanted = patterns.every((pattern) => yamlPattern.test(pattern))
    ? (name: string) => /\.ya?ml$/.test(name)
    : () => true;

  const walk = (folder: string, name: string) => {
    names.addFolder(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) {
        if (!isWanted(entry.name)) continue;
        names.addText(`${name}/${entry.name} ${entry.isFile()}`);
        // A link is found only if its target is a file.
        if (entry.isSymbolicLink()) names.addFile(entry.name, path);
      } else if (!isIgnoredFolder(entry.name) && !ignored.has(path)) {
        walk(path, `${name}/${entry.name}`);
      }
    }
  };
  walk(root, '');
  return names.digest();
}

/** A glob such as `**\/*.images.yaml` or `**\/*.images.{yaml,yml}`, which only finds names that end in `.yaml` or `.yml`. */
const yamlPattern = /\.(?:ya?ml|\{ya?ml(?:,ya?ml)*\})$/;
