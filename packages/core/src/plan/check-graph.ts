import { didYouMean } from '../did-you-mean.ts';
import type { InputReference, Job, PlacedFinding } from '../types.ts';

/**
 * What is wrong with the references between images: one to an image or a candidate that there is not, and every loop,
 * named in full. `whole`: the jobs without a mistake of their own, for of others it is not known how many candidates
 * they have; `ids`: of all images; `mayBe`: whether it is not known that there is no image of an id.
 */
export function checkGraph(
  jobs: readonly Job[],
  whole: readonly Job[],
  ids: ReadonlySet<string>,
  mayBe: (id: string) => boolean = () => false,
): PlacedFinding[] {
  const byId = new Map(whole.map((job) => [job.id, job]));
  const findings: PlacedFinding[] = [];
  for (const reference of jobs.flatMap(imageReferences)) {
    // Nobody reads so many suggestions, and to look for each among thousands of ids takes long.
    const near = findings.length < maxSuggestions ? ids : [];
    const message = referenceProblem(reference, byId.get(reference.id), ids, near);
    if (message === null || (!ids.has(reference.id) && mayBe(reference.id))) continue;
    findings.push({ place: reference.place, finding: { code: 'unknown-image', message } });
  }
  return [...findings, ...loops(jobs)];
}

const maxSuggestions = 50;

type ImageReference = Extract<InputReference, { kind: 'image' }>;

/** The images that an image works from. */
function imageReferences({ picture }: Job): ImageReference[] {
  return picture.inputs.filter((reference) => reference.kind === 'image');
}

/** Which candidate a reference means: the one it names, the one that is picked, or the first. */
export function candidateOf(reference: ImageReference, upstream: Job): number {
  return reference.candidate ?? upstream.pick ?? 1;
}

/** The jobs of `ids` and every job that they depend on, in the order of `jobs`; all of them where there are no ids. */
export function withUpstream(jobs: readonly Job[], ids: readonly string[]): readonly Job[] {
  if (ids.length === 0) return jobs;
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const wanted = new Set(ids);
  // A set that grows while it is walked is walked to its end.
  for (const id of wanted) {
    const job = byId.get(id);
    for (const reference of job === undefined ? [] : imageReferences(job)) wanted.add(reference.id);
  }
  return jobs.filter(({ id }) => wanted.has(id));
}

/**
 * The jobs of which everything that they work from is known or planned: all, where there is no mistake. `isRead`: whether
 * a picture that is no image of the project could be read.
 */
export function plannable(
  jobs: readonly Job[],
  isRead: (reference: InputReference) => boolean,
): readonly Job[] {
  const ready = new Set<string>();
  for (const { id, picture } of upstreamFirst(jobs)) {
    const references = [...picture.inputs, ...(picture.mask === null ? [] : [picture.mask])];
    const isReady = (reference: InputReference): boolean =>
      reference.kind === 'image' ? ready.has(reference.id) : isRead(reference);
    if (references.every(isReady)) ready.add(id);
  }
  return jobs.filter(({ id }) => ready.has(id));
}

function referenceProblem(
  { id, candidate }: ImageReference,
  upstream: Job | undefined,
  ids: ReadonlySet<string>,
  near: Iterable<string>,
): string | null {
  if (upstream === undefined) {
    return ids.has(id) ? null : `there is no image "${id}"${didYouMean(id, near)}`;
  }
  const count = upstream.picture.numberOfImages;
  if (candidate === null || (candidate >= 1 && candidate <= count)) return null;
  return `"${id}" has ${count === 1 ? 'one picture' : `${count} candidates`}, and no candidate ${candidate}`;
}

/** Each loop once, at the reference that closes it. */
function loops(jobs: readonly Job[]): PlacedFinding[] {
  const findings: PlacedFinding[] = [];
  upstreamFirst(jobs, (reference, pathOf) => {
    if (findings.length >= maxLoops) return;
    const path = pathOf().map(({ id }) => id);
    const loop = [...path.slice(path.indexOf(reference.id)), reference.id];
    const left = loop.length - maxShown;
    const shown =
      left <= 0 ? loop : [...loop.slice(0, maxShown - 1), `(${left} more)`, reference.id];
    const message = `these images are made from each other: ${shown.join(' → ')}; remove one of the references`;
    findings.push({ place: reference.place, finding: { code: 'cycle', message } });
  });
  return findings;
}

/** A long chain may have a loop for each of its images, and each loop be as long as the chain. */
const maxLoops = 100;

/** The images of a loop that are named. */
const maxShown = 50;

/**
 * The jobs in an order in which an image comes after those that it works from. `onLoop` is told of each reference that
 * leads back to the path it is on, which is then not followed, and may ask for that path. Walks on a list of its own: chains of images are as long
 * as a user makes them, and the stack is not.
 */
export function upstreamFirst(
  jobs: readonly Job[],
  onLoop: (reference: ImageReference, path: () => readonly Job[]) => void = () => {},
): Job[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const ordered = new Set<Job>();
  const onPath = new Set<Job>();
  for (const start of jobs) {
    const path: { readonly job: Job; readonly rest: ImageReference[] }[] = [];
    const enter = (job: Job): void => {
      onPath.add(job);
      path.push({ job, rest: imageReferences(job).toReversed() });
    };
    if (!ordered.has(start)) enter(start);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const reference = at.rest.pop();
      const upstream = reference === undefined ? undefined : byId.get(reference.id);
      if (reference === undefined) {
        path.pop();
        onPath.delete(at.job);
        ordered.add(at.job);
      } else if (upstream !== undefined && onPath.has(upstream)) {
        onLoop(reference, () => path.map(({ job }) => job));
      } else if (upstream !== undefined && !ordered.has(upstream)) enter(upstream);
    }
  }
  return [...ordered];
}
