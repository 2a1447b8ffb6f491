import { closestMatch } from 'leven';

/** `; did you mean "x"?` for the candidate that is `nearest`, otherwise an empty text. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === null ? '' : `; did you mean "${near}"?`;
}

/** The candidate within a third of the word's length in edits (at most 3); `null`: there is none. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  // To compare long words takes the product of their lengths, and no name is so long.
  if (word.length > maxWordLength) return null;
  const maxDistance = Math.min(3, Math.ceil(word.length / 3));
  return closestMatch(word, [...candidates], { maxDistance }) ?? null;
}

const maxWordLength = 200;
