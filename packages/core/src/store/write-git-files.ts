import { join } from 'node:path';
import { isThere } from '../fs/is-there.ts';
import { createAtomic } from '../fs/write-atomic.ts';

/**
 * Writes the store's own git files, which tell git to change no byte and to ignore files that matter only on this machine.
 * Existing files belong to the user and stay. `dir` is the store's folder, which may not exist yet.
 */
export async function writeGitFiles(dir: string): Promise<void> {
  for (const [name, text] of Object.entries({
    '.gitattributes': attributes,
    '.gitignore': ignored,
  })) {
    const path = join(dir, name);
    if (!isThere(path)) await createAtomic(path, text);
  }
}

/** The nearest `.gitattributes` overrides those above it, so a project's `* text` does not apply to paid bytes. */
const attributes = `# Written by Tintype: git must change no byte of what is here. Keep this file, and commit it.
* -text -ident !eol !working-tree-encoding merge conflict-marker-size=7
originals/** binary
rejected/** binary
# For Git LFS, take the # from the next line, before the first commit of an original:
# originals/** filter=lfs diff=lfs merge=lfs -text
`;

/** `attempts` is for requests in flight and for the processes that make them. */
const ignored = `# Written by Tintype: these are of this machine, and never committed.
/attempts/
.*.tmp
`;
