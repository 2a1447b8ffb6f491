import { didYouMean } from '../did-you-mean.ts';
import { inputReferences } from '../input-references.ts';
import type { InputReference, Job, PlacedFinding } from '../types.ts';

/**
 * Finds mistakes in the references between images: references to missing images or candidates, and loops. `valid`: the jobs
 * without a mistake of their own; of the others, the number of candidates is unknown. `ids`: the ids of all images. `mayExist`:
 * whether an image with an id may exist although it could not be read.
 */
export function checkGraph(
  jobs: readonly Job[],
  valid: readonly Job[],
  ids: ReadonlySet<string>,
  mayExist: (id: string) => boolean = () => false,
): PlacedFinding[] {
  const byId = new Map(valid.map((job) => [job.id, job]));
  const findings: PlacedFinding[] = [];
  const check = (reference: ImageReference): boolean => {
    // Nobody reads more suggestions than this, and each takes a search through thousands of ids.
    const near = findings.length < maxSuggestions ? ids : [];
    const message = referenceProblem(reference, byId.get(reference.id), ids, near);
    if (message === null) return true;
    if (ids.has(reference.id) || !mayExist(reference.id)) {
      findings.push({ place: reference.place, finding: { code: 'unknown-image', message } });
    }
    return false;
  };
  for (const reference of jobs.flatMap(imageReferences)) check(reference);
  for (const job of jobs) {
    for (const reference of sourceReferences(job)) {
      const { id, place } = reference;
      if (!check(reference)) continue;
      if (id !== job.id && (byId.get(id)?.sources ?? []).length === 0) continue;
      const message = `"${id}" has sources of its own; name an image without any`;
      findings.push({ place, finding: { code: 'conflict', message } });
    }
  }
  return [...findings, ...loops(jobs)];
}

const maxSuggestions = 50;

/** A reference to another image of the project. */
export type ImageReference = Extract<InputReference, { kind: 'image' }>;

/** The images that are inputs of an image. */
function imageReferences({ picture }: Job): ImageReference[] {
  return picture.inputs.filter((reference) => reference.kind === 'image');
}

/** The images that are shown in place of an image where a media query matches. */
function sourceReferences({ sources }: Job): ImageReference[] {
  return sources.flatMap(({ image, place }) =>
    image === null ? [] : [{ kind: 'image', id: image, candidate: null, place }],
  );
}

/** The candidate that a reference means: the one it names, the picked one, or the first. */
export function candidateOf(reference: ImageReference, upstream: Job): number {
  return reference.candidate ?? upstream.pick ?? 1;
}

/** The jobs of `ids` and every job that they depend on, in the order of `jobs`; without ids, all jobs. */
export function withUpstream(jobs: readonly Job[], ids: readonly string[]): readonly Job[] {
  if (ids.length === 0) return jobs;
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const selected = new Set(ids);
  // Iterating over a Set also visits elements that are added meanwhile.
  for (const id of selected) {
    const job = byId.get(id);
    for (const reference of job === undefined ? [] : imageReferences(job))
      selected.add(reference.id);
  }
  return jobs.filter(({ id }) => selected.has(id));
}

/**
 * The jobs whose inputs are all known or planned; without mistakes, all jobs. `isRead`: whether an input that is not an image
 * of the project could be read.
 */
export function plannable(
  jobs: readonly Job[],
  isRead: (reference: InputReference) => boolean,
): readonly Job[] {
  const ready = new Set<string>();
  for (const { id, picture } of upstreamFirst(jobs)) {
    const isReady = (reference: InputReference): boolean =>
      reference.kind === 'image' ? ready.has(reference.id) : isRead(reference);
    if (inputReferences(picture).every(isReady)) ready.add(id);
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
  return `"${id}" has ${count === 1 ? 'one picture' : `${count} candidates`}, but no candidate ${candidate}`;
}

/** Reports each loop once, at the reference that closes it. */
function loops(jobs: readonly Job[]): PlacedFinding[] {
  const findings: PlacedFinding[] = [];
  upstreamFirst(jobs, (reference, pathOf) => {
    if (findings.length >= maxLoops) return;
    const path = pathOf().map(({ id }) => id);
    const loop = [...path.slice(path.indexOf(reference.id)), reference.id];
    const hiddenCount = loop.length - maxShown;
    const shown =
      hiddenCount <= 0
        ? loop
        : [...loop.slice(0, maxShown - 1), `(${hiddenCount} more)`, reference.id];
    const message = `these images are made from each other: ${shown.join(' → ')}; remove one of the references`;
    findings.push({ place: reference.place, finding: { code: 'cycle', message } });
  });
  return findings;
}

/** A long chain may have a loop for each of its images, and each loop may be as long as the chain. */
const maxLoops = 100;

/** How many images of a loop a message names. */
const maxShown = 50;

/**
 * Sorts the jobs so that an image comes after its inputs. `onLoop` is called for each reference back to the current path, which
 * is not followed, and can get that path. This uses its own list instead of recursion, because a chain of images may be longer
 * than the stack allows.
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
