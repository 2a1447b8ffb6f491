import { cleanLine } from './clean.ts';

/** A picture by its image and, where that has several, its candidate's number: `hero 2 of 4`. */
export function nameOf({
  id,
  candidate,
  candidates,
}: {
  readonly id: string;
  readonly candidate?: number;
  readonly candidates?: number;
}): string {
  return cleanLine(candidate === undefined ? id : `${id} ${candidate} of ${candidates}`);
}
