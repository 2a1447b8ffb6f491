/**
 * Both versions of a text file in which git left a merge conflict: "ours" and "theirs". `null`: there is no conflict in
 * it. A common ancestor (`merge.conflictStyle` diff3 or zdiff3) is left out.
 * https://git-scm.com/docs/git-merge#_how_conflicts_are_presented (2026-11-28).
 */
export function mergeSides(text: string): readonly [ours: string, theirs: string] | null {
  if (!/^<{7}( |$)/m.test(text)) return null;
  const ours: string[] = [];
  const theirs: string[] = [];
  let part: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  for (const line of text.split(/\r?\n/)) {
    const next = partAfter(line);
    if (next !== null) {
      part = next;
      continue;
    }
    if (part === 'both' || part === 'ours') ours.push(line);
    if (part === 'both' || part === 'theirs') theirs.push(line);
  }
  return [ours.join('\n'), theirs.join('\n')];
}

/** The part that begins at a marker; `null`: the line is not a marker. */
function partAfter(line: string): 'both' | 'ours' | 'base' | 'theirs' | null {
  if (/^<{7}( |$)/.test(line)) return 'ours';
  if (/^\|{7}( |$)/.test(line)) return 'base';
  if (/^={7}$/.test(line)) return 'theirs';
  return /^>{7}( |$)/.test(line) ? 'both' : null;
}
