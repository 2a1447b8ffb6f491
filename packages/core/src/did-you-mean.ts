import { closestMatch } from 'leven';

/** `; did you mean "x"?` with the nearest candidate, otherwise an empty text. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === null ? '' : `; did you mean "${near}"?`;
}

/** The nearest candidate, at most 3 edits away and at most a third of the word's length; `null`: there is none. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  // The comparison takes time in proportion to the product of the lengths, and no name is this long.
  if (word.length > maxWordLength) return null;
  const maxDistance = Math.min(3, Math.ceil(word.length / 3));
  return closestMatch(word, [...candidates], { maxDistance }) ?? null;
}

const maxWordLength = 200;
