import { count } from '../amounts.ts';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { releaseBuffer } from '../release-buffer.ts';
import { type BatchLook, type Picture, ProviderError } from '../provider/provider.ts';
import { shownText } from '../provider/shown-text.ts';
import type { Store } from '../store/store.ts';
import type { Attempt, Batch, Key } from '../types.ts';
import { checkReader } from './check-reader.ts';
import { rememberFailedLines } from './failed-lines.ts';
import { interrupted, isMaybeBilled } from './failures.ts';
import { fewAtOnce } from './few-at-once.ts';
import { originalFormatOf } from './judge-picture.ts';
import { keepAnswer } from './keep-answer.ts';
import { lazyProviders } from './providers.ts';
import { type BatchTools, type ReachedBatch, reachBatch } from './recover-batch.ts';
import { openRefusals } from './refusals.ts';

/** What is known of a batch. */
export interface BatchState {
  readonly batch: Batch;
  /**
   * `working`: the provider works on it. `collected`: every picture that it has is recorded. `refused`: nothing was ordered.
   * `unknown`: the provider did not say.
   */
  readonly state: 'working' | 'collected' | 'refused' | 'unknown';
  /** What the provider says; `null`: it was not asked, or did not answer. */
  readonly look: BatchLook | null;
  readonly recorded: number;
  /** Lines without a picture. */
  readonly failed: number;
  /** Why it is refused or unknown; `''`: it is neither. */
  readonly problem: string;
  /** Why it is unknown; `null`: it is known. */
  readonly error: TintypeError | null;
}

/**
 * Asks what became of each open batch, and records the pictures of those that have ended. Costs nothing: everything was paid for
 * when it was ordered. What cannot be reached or read stays for the next run, and is a `warning`.
 */
export async function collectBatches(store: Store, run: Context): Promise<readonly BatchState[]> {
  const tools = { store, run, providers: lazyProviders(run) };
  const states: BatchState[] = [];
  for (const stored of await store.batches()) {
    if (stored.kind === 'damaged') {
      report(run, { type: 'warning', code: 'batch', message: stored.reason, isError: true });
      continue;
    }
    const { batch } = stored;
    try {
      states.push(await collect(batch, tools));
    } catch (error) {
      if (run.signal.aborted) throw interrupted();
      if (!(error instanceof TintypeError)) throw error;
      states.push({ ...stateOf(batch, 'unknown', null, 0, error.message), error });
      const message = `the batch ${batch.name.slice(0, 8)}… of ${batch.lines.length} pictures: ${error.message}; its pictures stay ordered. If you did not order it, remove ${store.shownPath(`batches/${batch.name}.json`)}`;
      report(run, { type: 'warning', code: 'batch', message });
    }
  }
  return states;
}

async function collect(open: Batch, tools: BatchTools): Promise<BatchState> {
  const reached = await reachBatch(open, tools);
  if (reached === null)
    return stateOf(
      open,
      'refused',
      null,
      0,
      'it was never created, or another machine has collected it',
    );
  const { batch, look } = reached;
  if (look.state === 'working') return stateOf(batch, 'working', look);
  if (look.state === 'refused') {
    await tools.store.clearBatch(batch);
    const problem = look.isForLater
      ? `${look.problem.replace(/\.$/, '')}; tintype batch submit orders them again, in smaller batches`
      : look.problem;
    const message = `the batch ${batch.name.slice(0, 8)}… of ${batch.lines.length} pictures was refused and not billed: ${problem}`;
    report(tools.run, { type: 'warning', code: 'batch', message });
    return stateOf(batch, 'refused', look, 0, problem);
  }
  return recordAnswers(reached, tools);
}

/** Records each answer as it is read. A line without any answer may have been billed, and is noted as that. */
async function recordAnswers(
  { batch, look, offer, access }: ReachedBatch,
  tools: BatchTools,
): Promise<BatchState> {
  const { store, run } = tools;
  // Answers that cannot be read here wait at the provider.
  for (const { request, anyFormat } of batch.lines)
    await checkReader(originalFormatOf(request, anyFormat === true));
  const keys = new Set<string>(batch.lines.map(({ key }) => key));
  const missing = new Map(batch.lines.map((line) => [line.key, line]));
  let recorded = 0;
  const failed: Key[] = [];
  let read = 0;
  let strange = 0;
  let isLost = false;
  const tasks = fewAtOnce(linesAtOnce);
  try {
    for await (const line of offer.answers(batch.batchId, access)) {
      if (line.kind === 'answer') read++;
      if (!keys.has(line.key)) strange++;
      const attempt = missing.get(line.key as Key);
      // A key that was not asked for, or a second answer to it.
      if (attempt === undefined) continue;
      run.signal.throwIfAborted();
      missing.delete(attempt.key);
      const answer = line.kind === 'answer' ? line.answer : line.reason;
      await tasks.start(async () => {
        if (
          typeof answer !== 'string' &&
          (!(answer instanceof ProviderError) || answer.reply !== null)
        ) {
          await keepLine(answer, attempt, tools);
          recorded++;
        } else {
          failed.push(attempt.key);
          await noteFailedLine(attempt, answer, tools);
        }
      });
    }
  } catch (error) {
    await tasks.settled();
    if (!(error instanceof ProviderError) || !error.isOver) throw error;
    isLost = true;
    const lost = await withoutRecord(missing, store);
    const message = `the answers of the batch ${batch.batchId} are gone at ${batch.provider}, so ${lost} of its ${count(batch.lines.length, 'picture')} that may have been billed are lost: ${error.message}`;
    if (lost > 0) report(run, { type: 'warning', code: 'batch-lost', message, isError: true });
  }
  // The note of the batch stays unless every line is recorded.
  await tasks.end();
  if (!isLost && read < look.answered)
    throw new ProviderError('connection-lost', `only ${read} of ${look.answered} answers came`);
  // The note of a lost batch names only what was wanted when it was found.
  if (strange > Math.max(0, look.lines - batch.lines.length)) {
    const message = `the batch ${batch.batchId} has ${count(strange, 'answer')} to requests that its note does not name; they are not recorded`;
    report(run, { type: 'warning', code: 'batch', message });
  }
  for (const attempt of missing.values()) {
    if ((await store.find(attempt.key)) !== null) continue;
    failed.push(attempt.key);
    await store.noteAttempt({
      ...afterBatch(attempt),
      outcome: 'its batch has ended without an answer to it',
    });
  }
  if (failed.length > 0) await rememberFailedLines(run.config.cacheDir, batch.name, failed);
  await store.clearBatch(batch);
  const state = stateOf(batch, 'collected', look, recorded);
  return { ...state, failed: failed.length, problem: look.problem };
}

/** Each line waits for the disk and is decoded. It is in memory meanwhile. */
const linesAtOnce = 4;

/** Records an answer, unless an earlier run has, and frees its bytes. */
async function keepLine(
  answer: Picture | ProviderError,
  line: Attempt,
  { store, run }: BatchTools,
): Promise<void> {
  if (!(await isRecorded(line, answer, store))) {
    const { warnings } = await keepAnswer(answer, line, store, run, () => {});
    const { imageId, manifest } = line;
    for (const text of warnings) {
      const message = `"${imageId}": ${text}`;
      report(run, { type: 'warning', code: 'provider', message, ...(manifest && { manifest }) });
    }
  }
  if (!(answer instanceof ProviderError)) releaseBuffer(answer.bytes);
}

/** How many of these have neither a record, which another machine may have made, nor their bytes here. */
async function withoutRecord(lines: ReadonlyMap<Key, Attempt>, store: Store): Promise<number> {
  await store.remote?.fetchRecords([...lines.keys()]).catch(() => {});
  let without = 0;
  for (const key of lines.keys())
    if ((await store.find(key)) === null && (await store.received(key)) === null) without++;
  return without;
}

async function noteFailedLine(
  line: Attempt,
  answer: ProviderError | string,
  { store, run }: BatchTools,
): Promise<void> {
  const { key, request, imageId, manifest, startedAt, batch } = line;
  const why = typeof answer === 'string' ? `${answer}; it is not billed` : answer.message;
  if (answer instanceof ProviderError && answer.code === 'moderation') {
    await openRefusals(run.config.cacheDir).remember(key, why);
    if (answer.isBilledAnyway) {
      const { requestId } = answer;
      await store.refuse({
        version: 1,
        key,
        request,
        reason: shownText(why),
        requestId,
        refusedAt: startedAt,
        ...(batch !== undefined && { batch }),
      });
    }
  } else if (answer instanceof ProviderError && isMaybeBilled(answer))
    await store.noteAttempt({
      ...afterBatch(line),
      outcome: why,
      requestId: answer.requestId,
    });
  const message = `"${imageId}" has no picture in its batch: ${why}`;
  report(run, { type: 'warning', code: 'batch-line', message, ...(manifest && { manifest }) });
}

/** A line whose batch has ended without a picture of it: an attempt of its own. */
function afterBatch({ batch, ...line }: Attempt): Attempt {
  return { ...line, ...(batch !== undefined && { endedBatch: batch }) };
}

/** Whether an earlier run has recorded this answer. A picture of another batch with the same request is another picture. */
async function isRecorded(
  { key }: Attempt,
  { requestId }: Pick<Picture, 'requestId'>,
  store: Store,
): Promise<boolean> {
  const stored = await store.find(key);
  const known = stored?.kind === 'record' ? stored.record.provenance.requestId : null;
  return requestId !== null && known === requestId;
}

function stateOf(
  batch: Batch,
  state: BatchState['state'],
  look: BatchLook | null,
  recorded = 0,
  problem = '',
): BatchState {
  return { batch, state, look, recorded, failed: 0, problem, error: null };
}
