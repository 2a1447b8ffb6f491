import { fileSize } from './amounts.ts';

/** The part of a quickly encoded file that a thorough encode saves, in the mean of the pictures of `bench/efforts.ts` (2026-11-29). */
const saved = 0.1;

/** What is left to save of files that were encoded quickly. `bytes`: what they weigh; more than 0. */
export function quickFilesText(bytes: number): string {
  return `tintype encode --thorough would save about ${fileSize(Math.round(bytes * saved))} (an estimate)`;
}

/** What the files weigh that were encoded quickly. */
export function quickBytesIn(
  files: readonly { readonly isQuick: boolean; readonly bytes: number }[],
): number {
  return files.reduce((sum, { isQuick, bytes }) => sum + (isQuick ? bytes : 0), 0);
}
