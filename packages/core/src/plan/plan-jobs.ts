import type {
  CostRange,
  InputFile,
  InputReference,
  Job,
  Key,
  OpenAttempt,
  Plan,
  PlannedRequest,
  PlanTotals,
  Stored,
} from '../types.ts';
import { estimateCost, roundUsd } from './estimate-cost.ts';
import { modelNamed, type ModelTable } from './models.ts';
import { requestKey, requestOf } from './request-key.ts';

/** What planning knows of the world. */
export interface Known {
  readonly stored: ReadonlyMap<Key, Stored>;
  readonly attempts: ReadonlyMap<Key, OpenAttempt>;
  readonly inputs: ReadonlyMap<InputReference, InputFile>;
  readonly models: ModelTable;
  /** The providers that cost nothing. */
  readonly freeProviders: ReadonlySet<string>;
}

/** One row a request, in the order of the jobs, with what is stored, what is missing and what that may cost. */
export function planJobs(jobs: readonly Job[], known: Known): Plan {
  const requests = jobs.flatMap((job) =>
    Array.from({ length: job.picture.numberOfImages }, (_, index) =>
      planRequest(job, index + 1, known),
    ),
  );
  return { jobs, requests, totals: totalsOf(requests) };
}

function planRequest(job: Job, number: number, known: Known): PlannedRequest {
  const { picture } = job;
  const inputs = picture.inputs.flatMap((reference) => known.inputs.get(reference) ?? []);
  const request = requestOf(job, number, {
    images: inputs.map(({ sha256 }) => sha256),
    mask: null,
  });
  const key = requestKey(request);
  const isFree = known.freeProviders.has(picture.provider);
  const row = {
    id: job.id,
    candidate: picture.numberOfImages === 1 ? null : number,
    key,
    provider: picture.provider,
    model: picture.model,
    manifest: job.place.file,
    line: job.place.line,
    job,
    number,
    request,
    inputs,
    isFree,
  };

  if (isFree) {
    return {
      ...row,
      status: 'missing',
      reason: 'drawn here, for nothing',
      costUsd: nothing,
      stored: null,
    };
  }
  const stored = known.stored.get(key) ?? null;
  if (stored !== null) {
    return { ...row, status: 'stored', reason: storedReason(stored), costUsd: nothing, stored };
  }
  const costUsd = estimateCost(
    modelNamed(known.models, picture.model),
    request,
    inputs.map(({ info }) => info),
  );
  const attempt = known.attempts.get(key);
  if (attempt !== undefined) {
    return {
      ...row,
      status: 'attempted',
      reason: attemptReason(attempt),
      costUsd: attempt.isReceived ? nothing : costUsd,
      stored,
    };
  }
  return { ...row, status: 'missing', reason: 'new', costUsd, stored };
}

const nothing: CostRange = { low: 0, high: 0 };

/** Why what is stored cannot be delivered; `null` where it can. */
function storedReason(stored: Stored): string | null {
  return stored.kind === 'damaged' ? stored.reason : (stored.record.rejected ?? null);
}

function attemptReason({ startedAt, outcome, requestId, isReceived }: OpenAttempt): string {
  if (isReceived)
    return `bought at ${startedAt} and not recorded yet; the next run does, for nothing`;
  const how = outcome ?? 'the run ended before the answer came';
  const id = requestId === null ? '' : ` (request ${requestId})`;
  return `asked for at ${startedAt}, ${how}${id}; it may have been billed`;
}

function totalsOf(requests: readonly PlannedRequest[]): PlanTotals {
  const count = (status: PlannedRequest['status']) =>
    requests.filter((request) => request.status === status).length;
  const wanted = new Map(
    requests
      .filter(({ status }) => status !== 'stored')
      .map((request) => [request.key ?? request, request]),
  );
  const prices = [...wanted.values()].map(({ costUsd }) => costUsd);
  const priced = prices.filter((price) => price !== null);
  const unpriced = prices.length - priced.length;
  return {
    images: requests.length,
    stored: count('stored'),
    missing: count('missing'),
    blocked: count('blocked'),
    attempted: count('attempted'),
    costUsd: priced.length === 0 && unpriced > 0 ? null : sum(priced),
    unpriced,
  };
}

function sum(prices: readonly CostRange[]): CostRange {
  return {
    low: roundUsd(prices.reduce((total, { low }) => total + low, 0)),
    high: roundUsd(prices.reduce((total, { high }) => total + high, 0)),
  };
}
