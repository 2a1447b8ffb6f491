import type { Delivery, Job } from '../types.ts';

/** The names under which an image's pictures are delivered, in order: of the picked one, of the only one, or of all of them. */
export function deliveriesOf(job: Pick<Job, 'id' | 'pick' | 'picture'>): Delivery[] {
  if (job.pick !== null) return [{ name: job.id, candidate: job.pick }];
  const count = job.picture.numberOfImages;
  if (count === 1) return [{ name: job.id, candidate: 1 }];
  return Array.from({ length: count }, (_, index) => ({
    name: `${job.id}-${index + 1}`,
    candidate: index + 1,
  }));
}
