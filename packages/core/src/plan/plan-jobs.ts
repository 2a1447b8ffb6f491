import type {
  CostRange,
  InputFile,
  InputReference,
  Job,
  Key,
  OpenAttempt,
  PictureInfo,
  Plan,
  PlannedAttempt,
  PlannedInput,
  PlannedRequest,
  PlanPrices,
  PlanTotals,
  Request,
  Sha256,
  Stored,
} from '../types.ts';
import { candidateOf, type ImageReference, upstreamFirst } from './check-graph.ts';
import { estimateCost } from './estimate-cost.ts';
import { explainMissing } from './explain-missing.ts';
import { dueText, minuteOf } from './in-batches.ts';
import { type BatchFacts, pricesOf } from './batch-prices.ts';
import { modelFor } from './models.ts';
import { toBuy } from './to-buy.ts';
import { parseSize, type Size } from './picture-size.ts';
import { requestKey, requestOf } from './request-key.ts';
import { sumRanges } from '../usd.ts';

/** What planning has to know about a project besides its jobs. */
export interface ProjectState extends BatchFacts {
  readonly stored: ReadonlyMap<Key, Stored>;
  readonly attempts: ReadonlyMap<Key, OpenAttempt>;
  /** The order that the plan is for; `null`: a new one. */
  readonly order: string | null;
  /** By reference, without `https:` URLs that were never fetched. */
  readonly inputs: ReadonlyMap<InputReference, InputFile>;
  /** Why a key was refused by moderation before. */
  readonly refusals: ReadonlyMap<Key, string>;
  /** The providers that cost nothing. */
  readonly freeProviders: ReadonlySet<string>;
  /** By provider: what its configuration adds to every request, if it adds anything. */
  readonly providerInputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * Plans one row for each request, in the order of the jobs: whether it is stored, and what it may cost. Every image that is an
 * input of a job must be among the jobs, and no image may wait for itself (`checkGraph`).
 */
export function planJobs(jobs: readonly Job[], project: ProjectState): Plan {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const planned = new Map<string, PlannedRequest>();
  const plan = (job: Job, number: number): PlannedRequest => {
    const name = `${job.id}@${number}`;
    const row =
      planned.get(name) ?? planRequest(job, number, project, (reference) => upstream(reference));
    planned.set(name, row);
    return row;
  };
  const upstream: Upstream = (reference) => {
    const job = byId.get(reference.id);
    if (job === undefined) throw new Error(`${reference.id} is not planned`);
    return plan(job, candidateOf(reference, job));
  };
  const rowsOf = (job: Job): PlannedRequest[] =>
    Array.from({ length: job.picture.numberOfImages }, (_, index) => plan(job, index + 1));
  // Upstream first, because otherwise a long chain of images would overflow the stack.
  for (const job of upstreamFirst(jobs)) rowsOf(job);
  const requests = withOneWay(jobs.flatMap(rowsOf));
  return planOf(jobs, withReasons(requests, project.stored));
}

/** The part of a plan with only these jobs. Every image that is an input of one of them must be among them. */
export function selectJobs(plan: Plan, jobs: ReadonlySet<Job>): Plan {
  return planOf(
    plan.jobs.filter((job) => jobs.has(job)),
    plan.requests.filter(({ job }) => jobs.has(job)),
  );
}

function planOf(jobs: readonly Job[], requests: readonly PlannedRequest[]): Plan {
  return { jobs, requests, totals: totalsOf(requests), shard: null };
}

/** A picture that one image buys directly and another one in a batch is bought once, directly: one of them does not wait. */
function withOneWay(requests: readonly PlannedRequest[]): readonly PlannedRequest[] {
  const direct = new Set(requests.flatMap(({ key, pays }) => (pays === 'direct' ? [key] : [])));
  return requests.map((row) =>
    row.pays === 'batch' && row.key !== null && direct.has(row.key)
      ? { ...row, pays: 'direct', costUsd: row.prices?.direct ?? null }
      : row,
  );
}

/** Says what has changed about requests that are not simply new. This needs the keys of all rows. */
function withReasons(
  requests: readonly PlannedRequest[],
  stored: ProjectState['stored'],
): readonly PlannedRequest[] {
  const keys = new Set(requests.map(({ key }) => key).filter((key) => key !== null));
  const explain = explainMissing(stored, keys);
  return requests.map((row) =>
    row.reason === isNew && row.request !== null
      ? { ...row, reason: explain(row.request, row) }
      : row,
  );
}

const isNew = 'new';

type Upstream = (reference: ImageReference) => PlannedRequest;

function planRequest(
  job: Job,
  number: number,
  project: ProjectState,
  upstream: Upstream,
): PlannedRequest {
  const { picture } = job;
  const inputs = picture.inputs.map((reference) => plannedInput(reference, project, upstream));
  const overlay = picture.overlay && plannedInput(picture.overlay.reference, project, upstream);
  const isFree = project.freeProviders.has(picture.provider);
  const row = {
    id: job.id,
    candidate: picture.numberOfImages === 1 ? null : number,
    provider: picture.provider,
    model: picture.model,
    manifest: job.place.file,
    line: job.place.line,
    job,
    number,
    inputs,
    overlay,
    isFree,
    stored: null,
    attempt: null,
    refusal: null,
    batch: null,
    pays: null,
    prices: null,
  };

  const providerInputs = project.providerInputs.get(picture.provider) ?? null;
  if (isFree) {
    // A stand-in does not need the bytes of its inputs: the key of an upstream image identifies it.
    const images = picture.inputs.map((reference, index) =>
      reference.kind === 'image' ? upstream(reference).key : hashOf(inputs[index]!),
    );
    const hashes = {
      images: images.filter((hash) => hash !== null),
      overlay: overlay && hashOf(overlay),
    };
    const free = requestOf(job, number, hashes, providerInputs);
    const key = requestKey(free);
    return {
      ...row,
      key,
      request: free,
      status: 'missing',
      reason: 'stand-in (free)',
      costUsd: nothing,
    };
  }
  const request = requestFrom(job, number, inputs, overlay, providerInputs);
  const priced = (): Pick<PlannedRequest, 'costUsd' | 'pays' | 'prices'> => {
    const model = modelFor(project.models, picture);
    const known = request ?? requestOf(job, number, { images: [], overlay: null }, null);
    const sizes = picture.inputs.map((reference, at) => sizeOf(inputs[at]!, reference, upstream));
    const direct = estimateCost(model, known, sizes, job.call.partialImages);
    const prices = pricesOf(direct, estimateCost(model, known, sizes), job, project);
    return job.batch === true && prices.batch !== undefined
      ? { costUsd: prices.batch, pays: 'batch', prices }
      : { costUsd: direct, pays: 'direct', prices };
  };
  if (request === null) {
    const waitsFor = [...inputs, ...(overlay === null ? [] : [overlay])].find(isUnknown);
    const reason = `waits for ${waitsFor === undefined ? 'its inputs' : nameOf(waitsFor)}`;
    return { ...row, key: null, request, status: 'blocked', reason, ...priced() };
  }
  const key = requestKey(request);
  const stored = project.stored.get(key) ?? null;
  if (stored !== null) {
    const reason = stored.kind === 'damaged' ? stored.reason : (stored.record.rejected ?? null);
    return { ...row, key, request, stored, status: 'stored', reason, costUsd: nothing };
  }
  const refusal = project.refusals.get(key) ?? null;
  if (refusal !== null) {
    return { ...row, key, request, refusal, status: 'missing', reason: refusal, costUsd: nothing };
  }
  const attempt = project.attempts.get(key);
  if (attempt === undefined) {
    return { ...row, key, request, status: 'missing', reason: isNew, ...priced() };
  }
  const sendsAgain =
    !canBeCollected(attempt) && !attempt.isAnswerDamaged && attempt.note?.order !== project.order;
  return {
    ...row,
    key,
    request,
    attempt: { state: stateOf(attempt), startedAt: attempt.note?.startedAt ?? null },
    batch: isInBatch(attempt) ? { dueAt: attempt.batch?.dueAt ?? null } : null,
    status: 'attempted',
    reason: openAttemptReason(attempt, project.order),
    ...(sendsAgain ? priced() : { costUsd: nothing }),
  };
}

const nothing: CostRange = { low: 0, high: 0 };

function plannedInput(
  reference: InputReference,
  project: ProjectState,
  upstream: Upstream,
): PlannedInput {
  if (reference.kind === 'image') {
    const { stored, id, number } = upstream(reference);
    const isUsable = stored?.kind === 'record' && stored.record.rejected === undefined;
    return isUsable
      ? { kind: 'original', record: stored.record }
      : { kind: 'upstream', id, number };
  }
  const file = project.inputs.get(reference);
  if (file !== undefined) return { kind: 'file', file };
  if (reference.kind === 'url') return { kind: 'unfetched', url: reference.url };
  throw new Error(`${reference.path} was not read`);
}

/** The request; `null` as long as one of its inputs is unknown. */
export function requestFrom(
  job: Job,
  number: number,
  inputs: readonly PlannedInput[],
  overlay: PlannedInput | null,
  providerInputs: Request['provider_inputs'] | null,
): Request | null {
  const images = inputs.map(hashOf).filter((hash) => hash !== null);
  const hash = overlay === null ? null : hashOf(overlay);
  if (images.length < inputs.length || (overlay !== null && hash === null)) return null;
  return requestOf(job, number, { images, overlay: hash }, providerInputs ?? null);
}

function hashOf(input: PlannedInput): Sha256 | null {
  if (input.kind === 'file') return input.file.sha256;
  return input.kind === 'original' ? input.record.original.sha256 : null;
}

function isUnknown(input: PlannedInput): boolean {
  return hashOf(input) === null;
}

function nameOf(input: PlannedInput): string {
  if (input.kind === 'upstream') return `"${input.id}"`;
  return input.kind === 'unfetched' ? `${input.url}, which was not fetched yet` : 'its inputs';
}

/** The pixels of an input. For an input that is not known yet, the size that its image requests; `null`: unknown. */
function sizeOf(input: PlannedInput, reference: InputReference, upstream: Upstream): Size | null {
  if (input.kind === 'file') return input.file.info;
  if (input.kind === 'original') return input.record.original satisfies PictureInfo;
  return reference.kind === 'image' ? parseSize(upstream(reference).job.picture.size) : null;
}

function openAttemptReason(attempt: OpenAttempt, order: string | null): string {
  const since = attempt.note === null ? '' : ` (since ${attempt.note.startedAt.slice(11, 16)} UTC)`;
  if (attempt.isInFlight) return `being bought now${since}`;
  if (attempt.isAnswerDamaged) return damagedAnswerReason(attempt.key);
  if (isInBatch(attempt)) return batchReason(attempt);
  if (!attempt.isReceived && attempt.note?.predictionId !== undefined)
    return `ordered at ${attempt.note.startedAt} and not collected yet; the next run that may buy collects it at no cost`;
  return attempt.isReceived
    ? 'paid for, not recorded yet; the next run records it at no cost'
    : attemptReason(attempt, order);
}

/** Says where a line of a batch is, and how to collect it. */
export function batchReason({ note, batch }: OpenAttempt): string {
  const ordered = `ordered in a batch at ${minuteOf(note!.startedAt)}`;
  return batch === undefined
    ? `${ordered} by another machine, which has not shared the batch yet (.tintype/batches)`
    : `${ordered}${dueText(batch.dueAt)}; run tintype batch collect`;
}

/** Whether it is a line of a batch whose answer has not been collected. */
function isInBatch({ isInFlight, isReceived, isAnswerDamaged, note }: OpenAttempt): boolean {
  return !isInFlight && !isReceived && !isAnswerDamaged && note?.batch !== undefined;
}

function stateOf(attempt: OpenAttempt): PlannedAttempt['state'] {
  if (attempt.isInFlight) return 'in-flight';
  if (attempt.isReceived) return 'paid';
  return canBeCollected(attempt) ? 'ordered' : 'unknown';
}

function canBeCollected({ isReceived, note }: OpenAttempt): boolean {
  return isReceived || note?.predictionId !== undefined || note?.batch !== undefined;
}

/** Why a request is not sent again: something unreadable has the name of its answer, so it was probably paid for. */
export function damagedAnswerReason(key: Key): string {
  return `it was paid for, but its answer attempts/${key.slice(0, 12)}….received is not a regular file; restore the file, or remove what is in its place to request it again`;
}

/** Says what is known about a request whose bytes never arrived, and what `order` does about it (`null`: a new order). */
export function attemptReason({ key, note, damage }: OpenAttempt, order: string | null): string {
  if (note === null)
    return `asked for earlier; it may have been billed, and its note, attempts/${key.slice(0, 12)}….json, ${damage ?? 'is missing'}`;
  const { startedAt, outcome, requestId } = note;
  const how = outcome ?? 'the run ended before the answer came';
  const id = requestId === null ? '' : ` (request ${requestId})`;
  if (note.order === order)
    return `requested at ${startedAt} by this order (${order}), ${how}${id}; it may have been billed, so this order does not request it again. Look at the bill of the account; to request it again, run tintype --order <another name>`;
  const by = note.order === '' ? '' : ` by order ${note.order} (a new order requests it again)`;
  return `requested at ${startedAt}${by}, ${how}${id}; it may have been billed`;
}

export function totalsOf(requests: readonly PlannedRequest[]): PlanTotals {
  const count = (status: PlannedRequest['status']) =>
    requests.filter((request) => request.status === status).length;
  const unstored = new Map(
    requests
      .filter(({ status }) => status !== 'stored')
      .map((request) => [request.key ?? request, request]),
  );
  const costs = [...unstored.values()].map(({ costUsd }) => costUsd);
  return {
    images: requests.length,
    stored: count('stored'),
    missing: count('missing'),
    blocked: count('blocked'),
    attempted: count('attempted'),
    ordered: requests.filter(({ batch }) => batch !== null).length,
    costUsd: sum(costs),
    unpriced: costs.filter((cost) => cost === null).length,
    prices: sumOfPrices(toBuy(requests).flatMap(({ prices }) => prices ?? [])),
  };
}

function sumOfPrices(all: readonly PlanPrices[]): PlanPrices {
  const direct = sum(all.map((prices) => prices.direct));
  const batch = all.flatMap((prices) => (prices.batch === undefined ? [] : [prices.batch]));
  return batch.length < all.length ? { direct } : { direct, batch: sum(batch) };
}

/** Of the known prices; `null`: there are prices, and none of them is known. */
function sum(all: readonly (CostRange | null)[]): CostRange | null {
  const prices = all.filter((price) => price !== null);
  if (prices.length === 0 && all.length > 0) return null;
  return sumRanges(prices);
}
