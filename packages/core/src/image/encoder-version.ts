import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

let version: string | undefined;

/**
 * The version of sharp, without loading it. sharp pins the build of libvips and of every encoder that comes with it, so its
 * version identifies them all. A sharp that was built by hand with another libvips is not detected.
 */
export function encoderVersion(): string {
  version ??= readVersion();
  return version;
}

function readVersion(): string {
  const entry = createRequire(import.meta.url).resolve('sharp');
  // `sharp/package.json` is not exported, so search the folders above the entry point.
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.name === 'sharp') return manifest.version;
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}
