import { cleanLine } from './clean.ts';

/** The name of a picture: its image and, if there are several candidates, the candidate's number: `hero 2 of 4`. */
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
