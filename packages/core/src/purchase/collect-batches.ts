import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import {
  type BatchLook,
  type BatchOffer,
  type Picture,
  ProviderError,
} from '../provider/provider.ts';
import type { Store } from '../store/store.ts';
import type { Attempt, Batch, Key } from '../types.ts';
import { providerNames } from '../provider-names.ts';
import { policies } from '../provider/retry.ts';
import { secretsIn } from '../secrets.ts';
import { accessTo } from './batch-access.ts';
import { batchClaim, patience } from './batch-claim.ts';
import { interrupted } from './failures.ts';
import { cleanAnswer } from './clean-answer.ts';
import { keepAnswer } from './keep-answer.ts';
import { lazyProviders, type Providers } from './providers.ts';
import { openRefusals } from './refusals.ts';
import { findOrPrevent } from './submit-batch.ts';

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
}

interface Collecting {
  readonly store: Store;
  readonly run: Context;
  readonly providers: Providers;
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
      const problem = error.message;
      states.push({ batch, state: 'unknown', look: null, recorded: 0, failed: 0, problem });
      const message = `the batch ${batch.name.slice(0, 8)}… of ${batch.lines.length} pictures: ${problem}; its pictures stay ordered. If you did not order it, remove ${store.shownPath(`batches/${batch.name}.json`)}`;
      report(run, { type: 'warning', code: 'batch', message });
    }
  }
  return states;
}

async function collect(open: Batch, tools: Collecting): Promise<BatchState> {
  const { store, run, providers } = tools;
  const isKnown = providerNames(run.config.providers).includes(open.provider);
  const offer = isKnown ? providers(open.provider).batches : undefined;
  if (offer === undefined)
    throw new ProviderError('not-supported', `${open.provider} has no batches in this project`);
  const access = accessTo(open.provider, tools);
  const batch = await recovered(open, offer, access, tools);
  if (batch === null) return stateOf(open, 'refused', null, 0, 'it was never created');
  const look = await offer.look(batch.batchId!, access);
  if (look.state === 'working') return stateOf(batch, 'working', look);
  if (look.state === 'refused') {
    await store.clearBatch(batch);
    const problem = look.isForLater
      ? `${look.problem.replace(/\.$/, '')}; tintype batch submit orders them again, in smaller batches`
      : look.problem;
    const message = `the batch ${batch.name.slice(0, 8)}… of ${batch.lines.length} pictures was refused and not billed: ${problem}`;
    report(tools.run, { type: 'warning', code: 'batch', message });
    return stateOf(batch, 'refused', look, 0, problem);
  }
  return recordAnswers(batch, look, offer, access, tools);
}

/** A batch whose id was not noted is looked for; `null`: it does not exist, and its keys are free again. */
async function recovered(
  batch: Batch,
  offer: BatchOffer,
  access: ReturnType<typeof accessTo>,
  { store, run }: Collecting,
): Promise<Batch | null> {
  if (batch.batchId !== null) return batch;
  const claim = await batchClaim(batch.name, store, patience(run.signal));
  if (claim === null)
    throw new ProviderError('unknown-outcome', 'another process is submitting it now');
  try {
    // Its process may have gone on since it was read.
    const now = (await store.batches()).find(
      (one) => one.kind === 'batch' && one.batch.name === batch.name,
    );
    if (now?.kind !== 'batch') return null;
    if (now.batch.batchId !== null) return now.batch;
    const placed = await findOrPrevent(now.batch, offer, access);
    if (placed === null) {
      await store.clearBatch(batch);
      return null;
    }
    const found = { ...now.batch, ...placed };
    await store.noteBatch(found);
    return found;
  } finally {
    await claim.release();
  }
}

/** Records each answer as it is read. A line without any answer may have been billed, and is noted as that. */
async function recordAnswers(
  batch: Batch,
  look: BatchLook,
  offer: BatchOffer,
  access: ReturnType<typeof accessTo>,
  tools: Collecting,
): Promise<BatchState> {
  const { store, run } = tools;
  const secrets = secretsIn(run.env);
  const missing = new Map(batch.lines.map((line) => [line.key, line]));
  let recorded = 0;
  let failed = 0;
  let read = 0;
  let isLost = false;
  try {
    for await (const line of offer.answers(batch.batchId!, access)) {
      if (line.kind === 'answer') read++;
      const attempt = missing.get(line.key as Key);
      // A key that was not asked for, or a second answer to it.
      if (attempt === undefined) continue;
      run.signal.throwIfAborted();
      missing.delete(attempt.key);
      const answer = line.kind === 'answer' ? cleanAnswer(line.answer, secrets) : line.reason;
      if (
        typeof answer !== 'string' &&
        (!(answer instanceof ProviderError) || answer.reply !== null)
      ) {
        if (!(await isRecorded(attempt, answer, store)))
          await keepAnswer(answer, attempt, store, run, () => {});
        recorded++;
      } else {
        failed++;
        await noteFailedLine(attempt, answer, tools);
      }
    }
  } catch (error) {
    if (!(error instanceof ProviderError) || !error.isOver) throw error;
    const message = `the answers of the batch ${batch.name.slice(0, 8)}… are gone at ${batch.provider}, so ${missing.size} pictures that were billed are lost: ${error.message}`;
    report(run, { type: 'warning', code: 'batch-lost', message, isError: true });
    isLost = true;
  }
  if (!isLost && read < look.answered)
    throw new ProviderError('connection-lost', `only ${read} of ${look.answered} answers came`);
  for (const attempt of missing.values()) {
    if ((await store.find(attempt.key)) !== null) continue;
    failed++;
    const { batch: _, ...alone } = attempt;
    await store.noteAttempt({ ...alone, outcome: 'its batch has ended without an answer to it' });
  }
  await store.clearBatch(batch);
  return { ...stateOf(batch, 'collected', look, recorded), failed, problem: look.problem };
}

async function noteFailedLine(
  line: Attempt,
  answer: ProviderError | string,
  { store, run }: Collecting,
): Promise<void> {
  const { batch: _, ...alone } = line;
  const { key, request, imageId, manifest } = alone;
  const why = typeof answer === 'string' ? `${answer}; it is not billed` : answer.message;
  if (answer instanceof ProviderError && answer.code === 'moderation') {
    await openRefusals(run.config.cacheDir).remember(key, why);
    if (answer.isBilledAnyway) {
      const refusedAt = run.now().toISOString();
      const { requestId } = answer;
      await store.refuse({ version: 1, key, request, reason: why, requestId, refusedAt });
    }
  } else if (answer instanceof ProviderError && policies[answer.code].billed !== 'no')
    await store.noteAttempt({ ...alone, outcome: why, requestId: answer.requestId });
  const message = `"${imageId}" has no picture in its batch: ${why}`;
  report(run, { type: 'warning', code: 'batch-line', message, ...(manifest && { manifest }) });
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
  return { batch, state, look, recorded, failed: 0, problem };
}
