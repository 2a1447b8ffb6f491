import { closestMatch } from 'leven';

/** `; did you mean "x"?` for the candidate within a third of the word's length in edits (at most 3), else nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const maxDistance = Math.min(3, Math.ceil(word.length / 3));
  const nearest = closestMatch(word, [...candidates], { maxDistance });
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
