import { didYouMean } from '../did-you-mean.ts';
import type { Diagnostic } from '../types.ts';

/** Diagnostics, each reported once: a mistake in a preset is the same mistake in every image that uses it. */
export class Findings {
  readonly #seen = new Map<string, Diagnostic>();
  errors = 0;

  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.errors++;
    const { file, line, column, code, message } = diagnostic;
    this.#seen.set([file, line, column, code, message].join('\0'), diagnostic);
  }

  /** A suggestion, as long as there are few errors: nobody reads hundreds, and each takes a search through thousands of names. */
  suggest(word: string, names: Iterable<string>): string {
    return this.errors < maxSuggestions ? didYouMean(word, names) : '';
  }

  get all(): readonly Diagnostic[] {
    return [...this.#seen.values()];
  }
}

const maxSuggestions = 200;

/** How many characters of a name a message shows. */
export const maxShown = 100;
