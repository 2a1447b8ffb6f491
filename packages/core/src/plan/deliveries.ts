import type { Delivery, Job } from '../types.ts';

/** Under which names an image's pictures are delivered, in order: what was picked, the only one, or all of them. */
export function deliveriesOf(job: Pick<Job, 'id' | 'pick' | 'picture'>): Delivery[] {
  if (job.pick !== null) return [{ name: job.id, candidate: job.pick }];
  const count = job.picture.numberOfImages;
  if (count === 1) return [{ name: job.id, candidate: 1 }];
  return Array.from({ length: count }, (_, index) => ({
    name: `${job.id}-${index + 1}`,
    candidate: index + 1,
  }));
}
