import type { Samples } from '../support/compare.ts';

/** Throws if a contestant's files differ from another's, by the names and hashes that each run printed. */
export function checkEqualFiles(samples: Samples, name: string, other: string): void {
  const printed = [name, other].flatMap((of) => samples.get(of)!.map(({ stdout }) => stdout));
  if (new Set(printed).size !== 1 || printed[0] === '') {
    throw new Error(`${name} and ${other} did not make equal files`);
  }
}
