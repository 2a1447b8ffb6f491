import { didYouMean } from '../did-you-mean.ts';
import type { InputReference, Job, PlacedFinding } from '../types.ts';

/**
 * What is wrong with the references between images: one to an image or a candidate that there is not, and every loop,
 * named in full. `ids`: of all images, those with mistakes of their own included.
 */
export function checkGraph(jobs: readonly Job[], ids: ReadonlySet<string>): PlacedFinding[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const findings = jobs.flatMap((job) =>
    imageReferences(job).flatMap((reference) => {
      const message = referenceProblem(reference, byId.get(reference.id), ids);
      if (message === null) return [];
      return [{ place: reference.place, finding: { code: 'unknown-image', message } as const }];
    }),
  );
  return [...findings, ...loops(jobs, byId)];
}

type ImageReference = Extract<InputReference, { kind: 'image' }>;

/** The images that an image works from. */
export function imageReferences({ picture }: Job): ImageReference[] {
  return picture.inputs.filter((reference) => reference.kind === 'image');
}

/** Which candidate a reference means: the one it names, the one that is picked, or the first. */
export function candidateOf(reference: ImageReference, upstream: Job): number {
  return reference.candidate ?? upstream.pick ?? 1;
}

/** The jobs of `ids` and every job that they depend on, in the order of `jobs`. */
export function withUpstream(jobs: readonly Job[], ids: readonly string[]): Job[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const wanted = new Set<string>();
  const visit = (id: string): void => {
    const job = byId.get(id);
    if (job === undefined || wanted.has(id)) return;
    wanted.add(id);
    for (const reference of imageReferences(job)) visit(reference.id);
  };
  for (const id of ids) visit(id);
  return jobs.filter(({ id }) => wanted.has(id));
}

function referenceProblem(
  { id, candidate }: ImageReference,
  upstream: Job | undefined,
  ids: ReadonlySet<string>,
): string | null {
  if (upstream === undefined) {
    return ids.has(id) ? null : `there is no image "${id}"${didYouMean(id, ids)}`;
  }
  const count = upstream.picture.numberOfImages;
  if (candidate === null || (candidate >= 1 && candidate <= count)) return null;
  return `"${id}" has ${count === 1 ? 'one picture' : `${count} candidates`}, and no candidate ${candidate}`;
}

/** Each loop once, at the reference that closes it. */
function loops(jobs: readonly Job[], byId: ReadonlyMap<string, Job>): PlacedFinding[] {
  const findings: PlacedFinding[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (job: Job): void => {
    if (done.has(job.id)) return;
    path.push(job.id);
    for (const reference of imageReferences(job)) {
      const start = path.indexOf(reference.id);
      const upstream = byId.get(reference.id);
      if (start !== -1) {
        const loop = [...path.slice(start), reference.id].join(' → ');
        findings.push({
          place: reference.place,
          finding: { code: 'cycle', message: `images cannot wait for each other: ${loop}` },
        });
      } else if (upstream !== undefined) visit(upstream);
    }
    path.pop();
    done.add(job.id);
  };
  for (const job of jobs) visit(job);
  return findings;
}
