import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { findPngDamage } from '../image/find-png-damage.ts';
import { countFrames } from '../image/inspect-picture.ts';
import { drawingDifferences } from '../image/svg/inspect-svg.ts';
import { decodePicture, hasAlpha } from '../image/raw-picture.ts';
import { actualCost } from '../plan/estimate-cost.ts';
import { modelFor, modelNamed } from '../plan/models.ts';
import { type Picture, ProviderError, type RateLimit } from '../provider/provider.ts';
import type { Put, Store } from '../store/store.ts';
import type { Attempt, Request, StoreRecord } from '../types.ts';
import { PaidForError } from './failures.ts';
import { judgePicture, originalFormatOf } from './judge-picture.ts';
import { lazyProviders } from './providers.ts';
import { roundUsd } from '../usd.ts';

/** The result of one paid call, which is in the store. */
export interface KeptAnswer {
  /** The picture to deliver: that of this call, or one that another process bought first. */
  readonly record: StoreRecord;
  /** US dollars that this call cost; `null`: unknown. */
  readonly costUsd: number | null;
  /** How the picture differs from the request. */
  readonly warnings: readonly string[];
}

/** Writes paid bytes to the disk, and then into the store. */
export async function keepAnswer(
  answer: Picture | ProviderError,
  attempt: Attempt,
  store: Store,
  run: Context,
  onReceived: (costUsd: number | null, limit: RateLimit | null) => void,
): Promise<KeptAnswer> {
  try {
    const received = await receive(answer, attempt, store);
    onReceived(costOf(received.attempt, run), answer.limit);
    await store.noteAttempt(received.attempt);
    const { record, earlier } = await recordReceived(received, store, run);
    const warnings =
      answer instanceof ProviderError
        ? []
        : [...answer.warnings, ...(await differences(received, record))];
    return { record: earlier ?? record, costUsd: record.costUsd, warnings };
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    throw new PaidForError(error.code, error.message, { cause: error });
  }
}

/** Records the bytes that an attempt received; `null`: it received none. */
export async function recordAttempt(
  attempt: Attempt,
  store: Store,
  run: Context,
): Promise<StoreRecord | null> {
  const bytes = await store.received(attempt.key);
  if (bytes === null) return null;
  // Bytes that are not a picture are kept aside here, as they would have been by the first process. The image reports them
  // when it is delivered.
  const received = { attempt, bytes, problem: null };
  const { record, earlier } = await recordReceived(received, store, run);
  return earlier ?? record;
}

/** An answer's bytes, which are on the disk and have not been inspected yet. */
interface Received {
  readonly attempt: Attempt;
  readonly bytes: Uint8Array;
  /** Why the bytes are known not to be a picture; `null`: not known. */
  readonly problem: string | null;
}

async function receive(
  answer: Picture | ProviderError,
  attempt: Attempt,
  store: Store,
): Promise<Received> {
  const { requestId } = answer;
  if (answer instanceof ProviderError) {
    const { message: outcome, reply: bytes } = answer;
    if (bytes === null) throw new Error('an answer without a body is not received');
    await store.receive(attempt.key, bytes);
    return { attempt: { ...attempt, outcome, requestId }, bytes, problem: outcome };
  }
  const { bytes, usage } = answer;
  await store.receive(attempt.key, bytes);
  const answered = { ...attempt, outcome: 'answered', requestId, usage };
  return { attempt: answered, bytes, problem: null };
}

/** Judges the bytes, keeps them as an original or aside, and clears the attempt. */
async function recordReceived(
  { attempt, bytes, problem }: Received,
  store: Store,
  run: Context,
): Promise<Put> {
  const { key, request, usage, requestId, imageId: id, manifest, isPicked, batch } = attempt;
  const judgement =
    problem === null
      ? await judgePicture(bytes, originalFormatOf(request, attempt.anyFormat === true))
      : { info: null, problem };
  const put = await store.put({
    key,
    request,
    bytes,
    info: judgement.info,
    rejected: judgement.problem,
    usage,
    costUsd: costOf(attempt, run),
    requestId,
    batch,
    order: attempt.order || undefined,
    // A line of a batch was bought when it was ordered, whichever machine collects it.
    createdAt: batch === undefined ? run.now() : new Date(attempt.startedAt),
    ...(manifest === '' ? {} : { boughtFor: { id, manifest, ...(isPicked && { isPicked }) } }),
  });
  await store.clearAttempt(key, put.record);
  if (put.earlier !== null) reportBoughtTwice(put, run);
  if (put.pending !== null) reportPending(id, put.pending, run);
  return put;
}

function reportPending(id: string, why: string, run: Context): void {
  const message = `the picture of "${id}" is on this machine only, because ${why}; the next run that may buy uploads it, and so does tintype push`;
  report(run, { type: 'warning', code: 'not-delivered', message });
}

function reportBoughtTwice({ record }: Put, run: Context): void {
  report(run, {
    type: 'warning',
    code: 'bought-twice',
    message: `the request ${record.key.slice(0, 12)}… was bought by another process too; its picture came first and is delivered, and the second one is kept as original ${record.original.sha256.slice(0, 12)}…`,
  });
}

/** How a picture differs from the request. It is still delivered. */
async function differences(
  { bytes }: Received,
  { request, original, rejected }: StoreRecord,
): Promise<string[]> {
  if (rejected !== undefined) return [];
  const size = `${original.width}x${original.height}`;
  const damage = findPngDamage(bytes);
  return [
    ...(request.output_format === 'svg'
      ? await drawingDifferences(bytes)
      : frameDifferences(request, original.frames ?? 1, await countFrames(bytes))),
    ...(damage === null ? [] : [`${damage}; its pixels are whole, so it is used`]),
    ...(request.size === 'auto' || request.size === size
      ? []
      : [`it is ${size}, but the request says ${request.size}`]),
    ...(request.background === 'transparent' && !hasAlpha(await decodePicture(bytes))
      ? ['it has no transparent pixel, although the request says background: transparent']
      : []),
  ];
}

/** `pages`: also of a format that does not move. */
function frameDifferences(
  { output_format: format, frame_count: count }: Request,
  frames: number,
  pages: number,
): string[] {
  if (format === 'gif') {
    if (frames === 1) return ['it does not move, though an animation was asked for'];
    const isAsAsked = count === undefined || frames === count;
    return isAsAsked ? [] : [`it has ${frames} frames, and ${count} were asked for`];
  }
  if (frames > 1)
    return [
      `it has ${frames} frames: its webp and gif files move, all others show the first frame`,
    ];
  return pages === 1 ? [] : [`it has ${pages} pages, and the first one is used`];
}

/** US dollars; `null`: unknown. */
function costOf({ request, usage, batch }: Attempt, run: Context): number | null {
  const { models } = run.config;
  // The author of an SVG is billed, even where the answer does not say for what.
  if (request.output_format === 'svg' && usage?.svg === undefined) return null;
  const author = usage?.svg === undefined ? null : modelNamed(models, usage.svg.model).prices;
  const usd = actualCost(modelFor(models, request), usage, author);
  if (usd === null || batch === undefined) return usd;
  const factor = lazyProviders(run)(request.provider).batches?.priceFactor ?? 1;
  return roundUsd(usd * factor);
}
