import type { Context } from '../context.ts';
import {
  type Access,
  type BatchLook,
  type BatchOffer,
  type PlacedBatch,
  ProviderError,
} from '../provider/provider.ts';
import { shownText } from '../provider/shown-text.ts';
import { batchName, checkShape, fileHandle, time } from '../schema.ts';
import { repeatsSecret, withoutSecrets } from '../secrets.ts';
import { providerNames } from '../provider-names.ts';
import { accountMark } from './account-mark.ts';
import { callSecrets } from './call-secrets.ts';
import { cleanAnswer } from './clean-answer.ts';
import { keysOf } from './keys-of.ts';
import type { Providers } from './providers.ts';

/** A provider's batches, and how to reach them. */
export interface ReachedOffer {
  readonly offer: BatchOffer;
  readonly access: Access;
  /** See `accountMark`. `name`: that of the batch. */
  readonly markOf: (name: string) => Promise<string | undefined>;
}

/**
 * Reaches a provider's batches with its own key, never with one that a manifest names. Throws as `keysOf`, and `not-supported` if the
 * project's provider of that name has no batches: the name may come with a clone.
 */
export function reachOffer(
  name: string,
  { run, providers }: { readonly run: Context; readonly providers: Providers },
): ReachedOffer {
  const isKnown = providerNames(run.config.providers).includes(name);
  const provider = isKnown ? providers(name) : undefined;
  if (provider?.batches === undefined)
    throw new ProviderError('not-supported', `${name} has no batches in this project`);
  const call = { apiKeyName: null, moderation: 'auto', userId: null } as const;
  const keys = keysOf({ id: 'batch', call }, name, provider, run);
  const offer = cleanOffer(provider.batches, callSecrets(keys, provider, run));
  const access = { apiKey: keys.apiKey, timeoutMs: run.config.timeoutMs };
  const markOf = (batch: string) => accountMark(batch, provider, offer, access);
  return { offer, access, markOf };
}

/** An offer whose results and failures hold none of the secrets: what it says is shown, or kept in a store that is committed. */
function cleanOffer(offer: BatchOffer, secrets: readonly string[]): BatchOffer {
  const failure = (error: unknown): ProviderError => {
    if (error instanceof ProviderError) return cleanAnswer(error, secrets) as ProviderError;
    // A provider that the user wrote may throw anything.
    const words = withoutSecrets(error instanceof Error ? error.message : String(error), secrets);
    return new ProviderError('connection-lost', `the provider failed: ${shownText(words)}`);
  };
  const clean = <T>(call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      throw failure(error);
    });
  const handle = (id: string): string => {
    if (checkShape(fileHandle, id).kind === 'value' && !repeatsSecret(id, secrets)) return id;
    throw new ProviderError('unknown-outcome', 'the provider gave no usable id');
  };
  const isTime = (text: string | null) => checkShape(time, text).kind === 'value';
  const placed = <T extends PlacedBatch>(batch: T): T => ({
    ...batch,
    batchId: handle(batch.batchId),
    // A note with a bad time would be damaged.
    dueAt: isTime(batch.dueAt) ? batch.dueAt : null,
  });
  const look = (answer: BatchLook): BatchLook => ({
    ...placed(answer),
    problem: withoutSecrets(answer.problem, secrets),
  });
  const listed = (list: NonNullable<BatchOffer['list']>): typeof list =>
    async function* (...args) {
      try {
        // A name that Tintype has not made is that of somebody else's batch.
        for await (const batch of list(...args))
          if (checkShape(batchName, batch.name).kind === 'value' && isTime(batch.createdAt))
            yield placed(batch);
      } catch (error) {
        throw failure(error);
      }
    };
  return {
    ...offer,
    upload: async (...args) => handle(await clean(offer.upload(...args))),
    create: async (...args) => placed(await clean(offer.create(...args))),
    find: async (...args) => {
      const found = await clean(offer.find(...args));
      return found && placed(found);
    },
    removeUpload: (...args) => clean(offer.removeUpload(...args)),
    look: async (...args) => look(await clean(offer.look(...args))),
    cancel: (...args) => clean(offer.cancel(...args)),
    ...(offer.list && { list: listed(offer.list.bind(offer)) }),
    async *answers(...args) {
      try {
        for await (const line of offer.answers(...args))
          yield line.kind === 'answer'
            ? { ...line, answer: cleanAnswer(line.answer, secrets) }
            : { ...line, reason: withoutSecrets(line.reason, secrets) };
      } catch (error) {
        throw failure(error);
      }
    },
  };
}
