import { join, parse, relative } from 'node:path';
import { TintypeError } from '../errors.ts';
import { entriesBelow } from '../fs/entries-below.ts';
import { slashed } from '../fs/slashed.ts';
import { idLike } from '../plan/id-problem.ts';

/** The pictures below a folder, and what looks like one and is not read. Paths are relative to the folder, with `/`. */
interface PictureFiles {
  readonly files: readonly string[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/** More pictures than any team has bought by hand. A folder with more of them is probably the wrong one. */
const maxPictures = 10_000;

const endings = /\.(?:png|jpe?g|webp|avif|gif)$/i;

/** Lists without following links. Hidden files and folders, and `node_modules`, are left out. Throws `usage`. */
export async function listPictures(folder: string): Promise<PictureFiles> {
  const found = await entriesBelow(folder, ({ name }) => !isLeftOut(name)).catch(
    (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`;
      throw new TintypeError('usage', `the folder ${folder} ${reason}`, { cause });
    },
  );
  const entries = found
    .map((entry) => ({
      entry,
      file: slashed(relative(folder, join(entry.parentPath, entry.name))),
    }))
    .filter(({ entry }) => endings.test(entry.name) && !isLeftOut(entry.name))
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
  if (entries.length > maxPictures) {
    const message = `${folder} has more than ${maxPictures} pictures; import a smaller folder`;
    throw new TintypeError('usage', message);
  }
  return {
    files: entries.filter(({ entry }) => entry.isFile()).map(({ file }) => file),
    skipped: entries
      .filter(({ entry }) => !entry.isFile() && !entry.isDirectory())
      .map(({ file }) => ({ file, reason: 'it is a link or a device, which is not followed' })),
  };
}

function isLeftOut(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}

/** An id for a file, after its path: `team/ada` for `Team/Ada.png`, with a number if it is taken. */
export function freeId(file: string, taken: ReadonlySet<string>): string {
  const { dir, name } = parse(file);
  const path = dir === '' ? name : `${dir}/${name}`;
  const id = idLike(path) ?? idLike(name) ?? 'picture';
  if (!taken.has(id)) return id;
  for (let number = 2; ; number++) {
    const numbered = `${id}-${number}`;
    if (!taken.has(numbered)) return numbered;
  }
}
