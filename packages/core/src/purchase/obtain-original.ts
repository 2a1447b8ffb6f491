import pLimit, { type LimitFunction } from 'p-limit';
import { acceptKeptAside } from './accept-kept-aside.ts';
import {
  ClaimLostError,
  collectOrdered,
  newAttempt,
  recordAttempt,
  rejectedError,
  type Wanted,
} from './buy-original.ts';
import { bursts } from './bursts.ts';
import { type Bill, buyer } from './buyer.ts';
import type { Claim } from '../process/claim-file.ts';
import { type CurrentOrder, isSameCall, refusalToAskAgain } from './current-order.ts';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { pictureName } from '../events.ts';
import { canonicalJson, sha256 } from '../hash.ts';
import { drawStandIn, standInVersion } from '../stand-in/draw-stand-in.ts';
import { digitalSourceType } from '../image/provenance.ts';
import { parseSize, type Size } from '../plan/picture-size.ts';
import { attemptReason, damagedAnswerReason, requestFrom } from '../plan/plan-jobs.ts';
import { requestKey } from '../plan/request-key.ts';
import { ProviderError } from '../provider/provider.ts';
import { offline } from '../provider-names.ts';
import type { JudgedPlan, Means } from './judge-plan.ts';
import { lazyProviders } from './providers.ts';
import type { Refusals } from './refusals.ts';
import { mayBuy, type MissingPolicy } from '../project/spending-policy.ts';
import type { Store } from '../store/store.ts';
import type {
  AiProvenance,
  Attempt,
  Key,
  PlannedInput,
  PlannedRequest,
  Source,
  StoreRecord,
} from '../types.ts';

/** A picture to make files of, and where it is from. */
export interface Original {
  readonly source: Source;
  readonly ai: AiProvenance;
  /** `null` for a stand-in. */
  readonly record: StoreRecord | null;
}

export interface Obtainer {
  /**
   * The picture of a planned request: out of the store, drawn, or bought, each key once however often it is asked for.
   * Throws a TintypeError.
   */
  readonly obtain: (planned: PlannedRequest) => Promise<Original>;
  readonly bill: () => Bill;
  /** What the budget did not hold; `null` where it held everything. */
  readonly overBudget: () => TintypeError | null;
}

/** What a run buys with, and into. */
export interface ObtainerMeans extends Means {
  readonly refusals: Refusals;
  readonly order: CurrentOrder;
}

/** Hands out the pictures of one run that was judged, an image's only once those that it works from are there. */
export function obtainer(plan: JudgedPlan, context: Context, means: ObtainerMeans): Obtainer {
  const { config } = context;
  const { store, order, refusals } = means;
  // A place is free again once a picture's bytes are on the disk, for to look at it takes processors and not the network;
  // but not before a first record stands, for nothing more is bought for a store that cannot take one.
  const buying = pLimit(config.concurrency);
  // As many again are claimed by then, so that a request can leave as soon as there is a place for it.
  const line = pLimit(2 * config.concurrency);
  let lastInLine = Promise.resolve();
  const firstRecord = Promise.withResolvers<void>();
  let hasAnswered = false;
  const endOfBurst = bursts(
    (ms) => context.sleep(ms, context.signal),
    () => buying.pendingCount + line.pendingCount > 0,
  );
  const providers = lazyProviders(context);
  const { buy, bill, overBudget, stopping } = buyer(context, providers, means);
  const rows = new Map(plan.requests.map((row) => [`${row.id}@${row.number}`, row]));
  const judged = new Set(plan.requests);
  const obtained = new Map<PlannedRequest, Promise<Original>>();
  const purchases = new Map<string, Promise<StoreRecord>>();

  return { obtain, bill, overBudget };

  function obtain(planned: PlannedRequest): Promise<Original> {
    // On a stack of its own: chains of images are as long as a user makes them.
    const original = obtained.get(planned) ?? Promise.resolve(planned).then(make);
    obtained.set(planned, original);
    return original;
  }

  async function make(planned: PlannedRequest): Promise<Original> {
    if (!isMissing(planned, config.missing))
      return (await nowAccepted(planned)) ?? obtainFree(planned, config.missing, store);
    if (!judged.has(planned)) throw new Error(`${planned.id} was not judged`);
    if (planned.refusal !== null) {
      throw new TintypeError(
        'moderation',
        `${planned.refusal} (refused before, so not asked again)`,
      );
    }
    const wanted = await unblocked(planned);
    // What another image brought in meanwhile is not asked for again.
    const purchase =
      purchases.get(wanted.key) ?? untilLeft(line, (leave) => buyUnlessStored(wanted, leave));
    purchases.set(wanted.key, purchase);
    return originalOf(await purchase, store);
  }

  /** What was kept aside and can be delivered now; `null` where nothing was. A run that may not buy leaves the store as it is. */
  async function nowAccepted(planned: PlannedRequest): Promise<Original | null> {
    const { stored, provider, id, manifest, line: row } = planned;
    if (!mayBuy(config.missing) || stored?.kind !== 'record') return null;
    if (stored.record.rejected === undefined) return null;
    const record = await acceptKeptAside(stored.record, providers(provider), store);
    if (record === null) return null;
    const message = `"${id}": the picture that was kept aside (${stored.record.rejected}) is accepted now, and is used at no cost`;
    report(context, { type: 'warning', code: 'accepted', message, manifest, line: row });
    return originalOf(record, store);
  }

  /** One process at a time buys a key; what another one has bought meanwhile is there. */
  async function buyUnlessStored(wanted: Wanted, leaveLine: () => void): Promise<StoreRecord> {
    for (let unsent: Attempt | null = null; ;) {
      const claim = await claimedInLine(wanted);
      try {
        const stored = await store.find(wanted.key);
        if (stored?.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
        if (stored !== null) {
          if (unsent !== null) await store.clearAttempt(wanted.key);
          return stored.record;
        }
        // A request on the wire waits for no claim, so that two processes never wait for each other.
        return await untilLeft(buying, (leaveWire) =>
          buyClaimed(wanted, claim, unsent, () => {
            leaveWire();
            leaveLine();
          }),
        );
      } catch (error) {
        if (!(error instanceof ClaimLostError)) throw error;
        unsent = error.unsent ?? unsent;
      } finally {
        await claim.release();
      }
    }
  }

  async function buyClaimed(
    wanted: Wanted,
    claim: Claim,
    unsent: Attempt | null,
    leave: () => void,
  ): Promise<StoreRecord> {
    const kept = await settled(wanted, unsent);
    if (kept !== null) return kept;
    const record = await buy(wanted, {
      mayLeave: (noted) => mayLeave(wanted.key, claim, noted),
      async onReceived() {
        void firstRecord.promise.then(leave);
        // The first is looked at at once, because all the others wait for its record.
        if (hasAnswered) await endOfBurst();
        hasAnswered = true;
      },
    });
    firstRecord.resolve();
    return record;
  }

  /** Whether nothing has happened to a key while this process waited or was suspended. The claim is looked at last. */
  async function mayLeave(key: Key, claim: Claim, noted: Attempt | null): Promise<boolean> {
    if ((await store.find(key)) !== null) return false;
    const open = noted === null ? null : await store.attempt(key);
    // A note that cannot be read back is not another process's.
    const isNoted = noted === null || (open !== null && isSameCall(open.note ?? noted, noted));
    return isNoted && (await claim.isOurs());
  }

  /** One after the other, so that requests leave in the order of the plan; who waits for another process holds up nobody. */
  async function claimedInLine(wanted: Wanted): Promise<Claim> {
    const before = lastInLine;
    const { promise, resolve } = Promise.withResolvers<void>();
    lastInLine = promise;
    await before;
    return claimed(wanted, resolve).finally(resolve);
  }

  /** The right to buy a picture, which another process may have until it is done. */
  async function claimed(wanted: Wanted, onOther: () => void): Promise<Claim> {
    const { key } = wanted;
    const name = pictureName(wanted);
    let [saidMs, waitedMs] = [0, 0];
    const onWait = (ms: number): void => {
      onOther();
      waitedMs = ms;
      if (ms < Math.max(2 * saidMs, soonMs)) return;
      saidMs = ms;
      report(context, { type: 'waiting', ...name, key, ms: Math.round(ms) });
    };
    try {
      const claim = await store.claim(key, context.signal, onWait);
      if (claim !== null) return claim;
    } catch (error) {
      throw stopping(error);
    } finally {
      if (saidMs > 0) report(context, { type: 'waited', ...name, key, ms: Math.round(waitedMs) });
    }
    throw new TintypeError('interrupted', 'not asked for: the run was interrupted');
  }

  /** What a process that died had received; `null` where it had nothing, which is never without a word. */
  async function settled(wanted: Wanted, unsent: Attempt | null): Promise<StoreRecord | null> {
    const { key, id, manifest, line } = wanted;
    const attempt = await store.attempt(key);
    if (attempt === null || isSameCall(attempt.note, unsent)) return null;
    if (attempt.isAnswerDamaged)
      throw new TintypeError('original-damaged', `not asked for: ${damagedAnswerReason(key)}`);
    // Bytes whose note is lost answer the request that has their key.
    const note = attempt.note ?? newAttempt(wanted, providers(wanted.provider), order, context);
    const record = await recordAttempt(note, store, context);
    if (record !== null) return record;
    const collected = attempt.note && (await collect(wanted, attempt.note));
    if (collected !== null) return collected;
    const refusal = await refusalToAskAgain(attempt, order);
    if (refusal !== null)
      throw new TintypeError('maybe-billed', `not asked for: it was ${refusal}`);
    // A new order of the user's: it is asked for again.
    const message = `"${id}" was ${attemptReason(attempt, order.id)}`;
    report(context, { type: 'warning', code: 'maybe-billed', message, manifest, line });
    return null;
  }

  async function collect(wanted: Wanted, note: Attempt): Promise<StoreRecord | null> {
    const provider = providers(wanted.provider);
    try {
      return await collectOrdered(wanted, note, { provider, store, context });
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'moderation')
        await refusals.remember(wanted.key, error.message);
      throw error;
    }
  }

  /** The request with every picture that it works from. */
  async function unblocked(planned: PlannedRequest): Promise<Wanted> {
    const inputs = await Promise.all(planned.inputs.map((input) => arrived(input, planned)));
    const mask = planned.mask === null ? null : await arrived(planned.mask, planned);
    const request = requestFrom(
      planned.job,
      planned.number,
      inputs,
      mask,
      providers(planned.provider).inputs,
    );
    if (request === null) throw new Error(`${planned.id} waits for what was not planned`);
    return { ...planned, inputs, mask, request, key: requestKey(request) };
  }

  async function arrived(input: PlannedInput, { id }: PlannedRequest): Promise<PlannedInput> {
    if (input.kind !== 'upstream') return input;
    const upstream = rows.get(`${input.id}@${input.number}`);
    if (upstream === undefined) throw new Error(`${input.id} is not planned`);
    const original = await obtain(upstream).catch((error: unknown) => {
      if (!(error instanceof TintypeError)) throw error;
      if (error.code === 'interrupted') throw error;
      throw new TintypeError(
        'upstream-failed',
        `not asked for: "${id}" works from "${input.id}", which failed`,
      );
    });
    if (original.record !== null) return { kind: 'original', record: original.record };
    throw new TintypeError(
      'upstream-failed',
      `not asked for: "${id}" works from "${input.id}", which is only a stand-in`,
    );
  }
}

/** A wait that is over sooner is not worth a word. */
const soonMs = 2000;

/** Runs a task in a place of a queue, which it may leave before it ends. */
function untilLeft<Result>(
  queue: LimitFunction,
  task: (leave: () => void) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    void queue(
      () =>
        new Promise<void>((leave) => {
          void task(leave).then(resolve, reject).finally(leave);
        }),
    );
  });
}

/** Whether a picture can be had by buying it alone. */
function isMissing({ isFree, stored }: PlannedRequest, policy: MissingPolicy): boolean {
  return !isFree && stored === null && policy !== 'standin';
}

/** A picture that need not be bought. Throws `originals-missing` where it would have to be. */
export function obtainFree(planned: PlannedRequest, policy: MissingPolicy, store: Store): Original {
  if (isMissing(planned, policy)) {
    throw new TintypeError('originals-missing', `${planned.id} is not stored; nothing was bought`, {
      imageId: planned.id,
    });
  }
  return planned.isFree || planned.stored === null
    ? standIn(planned)
    : storedOriginal(planned, store);
}

function storedOriginal({ stored }: PlannedRequest, store: Store): Original {
  if (stored?.kind !== 'record') {
    throw new TintypeError('record-damaged', stored?.reason ?? 'there is no record');
  }
  return originalOf(stored.record, store);
}

export function originalOf(record: StoreRecord, store: Store): Original {
  if (record.rejected !== undefined) throw rejectedError(record);
  const { sha256: hash, width, height, hasAlpha } = record.original;
  return {
    source: {
      sha256: hash,
      width,
      height,
      hasAlpha,
      isStandIn: false,
      read: () => store.read(record),
    },
    ai: {
      generated: true,
      provider: record.request.provider,
      model: record.request.model,
      original: hash,
      digitalSourceType: digitalSourceType(false),
    },
    record,
  };
}

const standInSize: Size = { width: 1024, height: 1024 };

/** A drawing in a picture's place. It is identified by what it is drawn from, so that it is drawn only to be encoded. */
export function standIn({ key, request, id, candidate, job }: PlannedRequest): Original {
  const { width, height } = parseSize(job.picture.size) ?? standInSize;
  const drawing = {
    seed: key ?? sha256(canonicalJson({ ...request, id })),
    imageId: id,
    prompt: job.picture.prompt,
    width,
    height,
    isTransparent: job.picture.background === 'transparent',
    ...(candidate === null ? {} : { candidate }),
  };
  return {
    source: {
      sha256: sha256(canonicalJson({ ...drawing, version: standInVersion })),
      width,
      height,
      hasAlpha: drawing.isTransparent,
      isStandIn: true,
      read: () => drawStandIn(drawing),
    },
    ai: {
      generated: false,
      provider: offline,
      model: job.picture.model,
      original: null,
      digitalSourceType: digitalSourceType(true),
    },
    record: null,
  };
}
