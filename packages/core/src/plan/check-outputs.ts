import { outputNames } from '../file-names.ts';
import type { Job, PlacedFinding } from '../types.ts';
import { deliveriesOf } from './deliveries.ts';

/** Finds images that would get the file name of another image. */
export function outputClashes(jobs: readonly Job[]): PlacedFinding[] {
  const owners = new Map<string, Job>();
  const clashes: PlacedFinding[] = [];
  for (const job of jobs) {
    for (const file of deliveriesOf(job).flatMap((delivery) => outputNames(delivery, job))) {
      const owner = owners.get(file);
      if (owner === undefined) owners.set(file, job);
      else if (owner !== job) {
        const message = `"${job.id}" would be delivered as ${file}, which is a file of "${owner.id}" at ${owner.place.file}:${owner.place.line}`;
        clashes.push({ finding: { code: 'duplicate-output', message }, place: job.place });
        break;
      }
    }
  }
  return clashes;
}
