import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DiskDigest, summariseDisk } from '../fs/disk-digest.ts';
import type { ManifestSearch } from '../manifest/read-manifests.ts';

/**
 * Every name below the root that a search might find, under the rules by which it ignores folders: equal sums find equal
 * manifests, for what globs find depends on nothing else. Throws the file system's own errors.
 */
export function digestNames({ root, patterns, ignoredDirs }: ManifestSearch): DiskDigest {
  const names = summariseDisk();
  const ignored = new Set(ignoredDirs);
  // What ends otherwise is a file of the site, and may come and go.
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
        // Whether it is found depends on what it leads to.
        if (entry.isSymbolicLink()) names.addFile(entry.name, path);
      } else if (!isIgnored(entry.name) && !ignored.has(path)) {
        walk(path, `${name}/${entry.name}`);
      }
    }
  };
  walk(root, '');
  return names.digest();
}

/** `**\/*.images.yaml`, `**\/*.images.{yaml,yml}`: whatever it finds ends like this. */
const yamlPattern = /\.(?:ya?ml|\{ya?ml(?:,ya?ml)*\})$/;

function isIgnored(folder: string): boolean {
  return folder === 'node_modules' || folder === 'dist' || folder.startsWith('.');
}
