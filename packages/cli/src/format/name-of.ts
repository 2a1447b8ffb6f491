import { cleanLine } from './clean.ts';

/** A picture by its image and, where that has several, its candidate's number: `hero #2`. */
export function nameOf({
  id,
  candidate,
}: {
  readonly id: string;
  readonly candidate?: number | null;
}): string {
  return cleanLine(candidate == null ? id : `${id} #${candidate}`);
}
