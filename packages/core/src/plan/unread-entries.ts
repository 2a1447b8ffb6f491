import type { ImageEntry } from '../types.ts';

/** Whether rows of an entry could not be read, so its images are unknown. */
export function isUnread({ broken }: ImageEntry): boolean {
  return broken.includes('each') || broken.includes('rows');
}

/**
 * Whether an entry's template may have made an id, if each variable is a character or more. Searches each text between two
 * variables once, from left to right: that takes linear time, while a regular expression would backtrack.
 */
export function mayBeIdOf({ id: template }: ImageEntry, id: string): boolean {
  const [first = '', ...between] = template.split(variablePattern);
  const last = between.pop();
  if (last === undefined) return id === first;
  if (!id.startsWith(first) || !id.endsWith(last)) return false;
  let end = first.length;
  for (const text of between) {
    const at = id.indexOf(text, end + 1);
    if (at === -1) return false;
    end = at + text.length;
  }
  return end + 1 <= id.length - last.length;
}

const variablePattern = /\{\{[^{}]*\}\}/;
