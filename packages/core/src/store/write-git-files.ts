import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { createAtomic } from '../fs/write-atomic.ts';

/**
 * Writes the files by which a store tells git what to do with it: to change no byte, and to leave out what is of this
 * machine only. What is there already is the user's and stays. `dir` is the store's folder, which may not exist yet.
 */
export async function writeGitFiles(dir: string): Promise<void> {
  for (const [name, text] of Object.entries({
    '.gitattributes': attributes,
    '.gitignore': ignored,
  })) {
    const path = join(dir, name);
    if ((await lstat(path).catch(() => null)) === null) await createAtomic(path, text);
  }
}

/** The nearest file wins over those above it, so that no `* text` of a project reaches what was paid for. */
const attributes = `# Written by Tintype: git must change no byte of what is here. Keep this file, and commit it.
* -text -ident !eol !working-tree-encoding merge conflict-marker-size=7
originals/** binary
rejected/** binary
# For Git LFS, take the # from the next line, before the first commit of an original:
# originals/** filter=lfs diff=lfs merge=lfs -text
`;

/** `attempts`: requests in flight, and which process makes them. */
const ignored = `# Written by Tintype: these are of this machine, and never committed.
/attempts/
.*.tmp
`;
