import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type StatDigest, statDigester } from '../fs/stat-digest.ts';
import type { ManifestSearch } from '../manifest/read-manifests.ts';

/**
 * Every name below the root that a search for manifests may find, by the same rules of which folders are ignored. Equal
 * sums find the same manifests, because a glob depends on names alone. Throws the file system's own errors.
 */
export function digestManifestNames({
  root,
  patterns,
  ignoredDirs,
}: Omit<ManifestSearch, 'files'>): StatDigest {
  const names = statDigester();
  const ignored = new Set(ignoredDirs);
  // Other files belong to the site, and may come and go.
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
        // A link is found only if what it leads to is a file.
        if (entry.isSymbolicLink()) names.addFile(entry.name, path);
      } else if (!isIgnored(entry.name) && !ignored.has(path)) {
        walk(path, `${name}/${entry.name}`);
      }
    }
  };
  walk(root, '');
  return names.digest();
}

/** `**\/*.images.yaml`, `**\/*.images.{yaml,yml}`: all that it finds ends in `.yaml` or `.yml`. */
const yamlPattern = /\.(?:ya?ml|\{ya?ml(?:,ya?ml)*\})$/;

function isIgnored(folder: string): boolean {
  return folder === 'node_modules' || folder === 'dist' || folder.startsWith('.');
}
