import type { Delivery, Job, NamedSource } from '../types.ts';

/**
 * What an image is delivered as, in order: its picked picture, its only one, or all of them; each followed by the crops of `sources`.
 */
export function deliveriesOf(job: DeliveredJob): Delivery[] {
  if (job.pick !== null) return deliveriesAs(job, job.id, job.pick);
  const count = job.picture.numberOfImages;
  if (count === 1) return deliveriesAs(job, job.id, 1);
  return Array.from({ length: count }, (_, index) =>
    deliveriesAs(job, `${job.id}-${index + 1}`, index + 1),
  ).flat();
}

/** A candidate under a name, and the crops of it that are shown in place of it. */
export function deliveriesAs(
  { files, sources }: Pick<Job, 'files' | 'sources'>,
  name: string,
  candidate: number,
): [Delivery, ...Delivery[]] {
  const named: NamedSource[] = [];
  const crops: Delivery[] = [];
  for (const source of sources) {
    const { media } = source;
    if (source.image !== null) {
      named.push({ media, name: source.image });
      continue;
    }
    const cropName = `${name}-${source.suffix}`;
    named.push({ media, name: cropName });
    crops.push({
      name: cropName,
      candidate,
      files: source.files,
      sources: [],
      isCropOfOther: true,
    });
  }
  return [{ name, candidate, files, sources: named, isCropOfOther: false }, ...crops];
}

type DeliveredJob = Pick<Job, 'id' | 'pick' | 'picture' | 'files' | 'sources'>;
