import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { photographs } from './photographs.ts';

/** Pictures in Debian's packages, under free licences: each package's `copyright` names them. */
const folders = [
  ['lomiri-wallpapers-16.04', 'photograph', 'usr/share/backgrounds'],
  ['lomiri-wallpapers-20.04', 'photograph', 'usr/share/backgrounds'],
  ['mate-backgrounds', 'photograph', 'usr/share/backgrounds/mate/nature'],
  ['mate-backgrounds', 'artwork', 'usr/share/backgrounds/mate/abstract'],
  ['mate-backgrounds', 'artwork', 'usr/share/backgrounds/mate/desktop'],
  ['gnome-backgrounds', 'artwork', 'usr/share/backgrounds/gnome'],
] as const;

export interface RealPicture {
  readonly kind: 'photograph' | 'artwork';
  readonly path: string;
  /** Whether the rule of qualities was fitted on it. The others judge the rule. */
  readonly isFitted: boolean;
}

/** More than 50 real pictures, of 1 to 6 megapixels. Debian's packages are fetched once and kept in the temporary folder. */
export function realPictures(): RealPicture[] {
  const found = folders.flatMap(([name, kind, folder]) => {
    const files = join(unpacked(name), folder);
    return readdirSync(files)
      .filter((file) => /\.(jpg|png|webp)$/.test(file) && !/_\d{4}x|-logo(?<!no-logo)\./.test(file))
      .toSorted()
      .map((file, at) => ({
        kind,
        path: join(files, file),
        isFitted: name.endsWith('16.04') || (kind === 'artwork' && at % 2 === 0),
      }));
  });
  const known = photographs.map((path) => ({ kind: 'photograph' as const, path, isFitted: true }));
  return [...known, ...found];
}

function unpacked(name: string): string {
  const folder = join(tmpdir(), 'tintype-debian-pictures', name);
  if (existsSync(folder)) return folder;
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  execFileSync('apt-get', ['download', name], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [archive] = readdirSync(work);
  execFileSync('dpkg-deb', ['-x', archive!, 'content'], { cwd: work });
  renameSync(join(work, 'content'), folder);
  rmSync(work, { recursive: true });
  return folder;
}
