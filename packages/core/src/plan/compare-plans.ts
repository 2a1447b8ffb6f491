import { sha256 } from '../hash.ts';
import type {
  InputReference,
  Plan,
  PlannedInput,
  PlannedRequest,
  Request,
  Sha256,
} from '../types.ts';
import { candidateOf, upstreamFirst } from './check-graph.ts';
import { changedFields } from './explain-missing.ts';
import { requestKey, requestOf } from './request-key.ts';

/** How a picture differs between two versions of a project. */
export interface ComparedPicture {
  readonly id: string;
  /** The candidate's number; `null` if the image has only one. */
  readonly candidate: number | null;
  readonly change: 'new' | 'changed' | 'gone' | 'same';
  /** The changed parts of its request, in words; empty if a mistake in the older version hides its request. */
  readonly changed: readonly string[];
}

/** The older version: its plan, and the ids of all images, including those that a mistake keeps out of the plan. */
export interface PlanBefore extends Pick<Plan, 'requests'> {
  readonly ids: readonly string[];
}

/**
 * Compares the pictures of two versions of a project by image and candidate: those of `after` in its order, then those that are
 * gone. An input that is another image is compared by its request, so the result does not depend on what is stored.
 */
export function comparePlans(
  before: PlanBefore,
  after: Pick<Plan, 'requests'>,
): readonly ComparedPicture[] {
  const beforeByName = new Map(before.requests.map((row) => [nameOf(row), row]));
  const requestBefore = requestsOf(before.requests);
  const requestAfter = requestsOf(after.requests);
  const planned = new Set(before.requests.map(({ id }) => id));
  const unplanned = new Set(before.ids.filter((id) => !planned.has(id)));

  const compared = after.requests.map((row): ComparedPicture => {
    const { id, candidate } = row;
    const old = beforeByName.get(nameOf(row));
    if (old === undefined) {
      return { id, candidate, change: unplanned.has(id) ? 'changed' : 'new', changed: [] };
    }
    const changed = changedFields(requestBefore(old), requestAfter(row));
    return { id, candidate, change: changed.length > 0 ? 'changed' : 'same', changed };
  });
  const names = new Set(after.requests.map(nameOf));
  const ids = new Set(after.requests.map(({ id }) => id));
  const gone = [
    ...before.requests.filter((row) => !names.has(nameOf(row))),
    ...[...unplanned].filter((id) => !ids.has(id)).map((id) => ({ id, candidate: null })),
  ];
  return [
    ...compared,
    ...gone.map(({ id, candidate }) => ({ id, candidate, change: 'gone', changed: [] }) as const),
  ];
}

function nameOf({ id, number }: Pick<PlannedRequest, 'id' | 'number'>): string {
  return `${id}@${number}`;
}

/** The request of each row of a plan, also of rows whose inputs are not stored yet. */
function requestsOf(rows: readonly PlannedRequest[]): (row: PlannedRequest) => Request {
  const jobs = new Map(rows.map(({ job }) => [job.id, job]));
  const requests = new Map<string, Request>();
  const hashOf = (reference: InputReference, input: PlannedInput): Sha256 => {
    if (reference.kind === 'url') return sha256(reference.url);
    if (input.kind === 'file') return input.file.sha256;
    const upstream = reference.kind === 'image' ? jobs.get(reference.id) : undefined;
    if (reference.kind !== 'image' || upstream === undefined)
      throw new Error('an input is not planned');
    return requestKey(requests.get(`${upstream.id}@${candidateOf(reference, upstream)}`)!);
  };
  const byJob = Map.groupBy(rows, ({ job }) => job);
  // Upstream first, so that the requests of inputs are known.
  for (const job of upstreamFirst([...byJob.keys()])) {
    const { inputs, overlay } = job.picture;
    for (const row of byJob.get(job) ?? []) {
      const images = inputs.map((reference, i) => hashOf(reference, row.inputs[i]!));
      const overlayHash = overlay && hashOf(overlay.reference, row.overlay!);
      requests.set(nameOf(row), requestOf(job, row.number, { images, overlay: overlayHash }));
    }
  }
  return (row) => requests.get(nameOf(row))!;
}
