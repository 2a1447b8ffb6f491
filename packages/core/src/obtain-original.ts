import pLimit from 'p-limit';
import { buyOriginal, rejectedError, type Wanted } from './buy-original.ts';
import { type Context, report } from './context.ts';
import { TintypeError } from './errors.ts';
import { canonicalJson, sha256 } from './hash.ts';
import { drawStandIn, standInVersion } from './image/draw-stand-in.ts';
import { digitalSourceType } from './image/provenance.ts';
import { parseSize, type Size } from './plan/picture-size.ts';
import { policies } from './provider/policy.ts';
import { openAi } from './provider/openai.ts';
import { type FailureCode, type Provider, ProviderError } from './provider/provider.ts';
import type { Store } from './store/store.ts';
import type { AiProvenance, PlannedRequest, Source, StoreRecord } from './types.ts';

/** A picture to make files of, and where it is from. */
export interface Original {
  readonly source: Source;
  readonly ai: AiProvenance;
  /** Of the original; 0 for a stand-in, which was drawn here. */
  readonly bytes: number;
}

/** What was bought so far. */
export interface Bill {
  readonly bought: number;
  /** `null` where a part of it is unknown. */
  readonly costUsd: number | null;
}

export interface Obtainer {
  /**
   * The picture of a planned request: out of the store, drawn, or bought, each key once however often it is asked for.
   * Throws a TintypeError.
   */
  readonly obtain: (planned: PlannedRequest) => Promise<Original>;
  readonly bill: () => Bill;
}

/** Hands out the pictures of one run. What is bought is limited to `concurrency` requests in flight. */
export function obtainer(context: Context, store: Store): Obtainer {
  const { config } = context;
  const limit = pLimit(config.concurrency);
  const provider = lazyProviders(context);
  const purchases = new Map<string, Promise<StoreRecord>>();
  const costs: (number | null)[] = [];
  let stopped: TintypeError | null = null;

  const buy = async (wanted: Wanted): Promise<StoreRecord> => {
    if (context.signal.aborted)
      throw new TintypeError('interrupted', 'not asked for: the run was interrupted');
    if (stopped !== null) throw new TintypeError(stopped.code, `not asked for: ${stopped.message}`);
    const started = performance.now();
    report(context, { type: 'generating', id: wanted.id, key: wanted.key });
    try {
      const record = await buyOriginal(wanted, {
        provider: provider(wanted.provider),
        store,
        context,
      });
      costs.push(record.costUsd);
      const ms = Math.round(performance.now() - started);
      report(context, {
        type: 'generated',
        id: wanted.id,
        key: wanted.key,
        costUsd: record.costUsd,
        ms,
      });
      return record;
    } catch (error) {
      if (error instanceof TintypeError && stopsRun(error)) stopped ??= error;
      throw error;
    }
  };

  return {
    async obtain(planned) {
      if (planned.isFree) return standIn(planned);
      if (planned.stored !== null) return storedOriginal(planned, store);
      if (config.missing === 'standin') return standIn(planned);
      const wanted = wantedOf(planned);
      const purchase = purchases.get(wanted.key) ?? limit(() => buy(wanted));
      purchases.set(wanted.key, purchase);
      return originalOf(await purchase, store);
    },
    bill: () => ({
      bought: costs.length,
      costUsd: costs.reduce<number | null>(
        (sum, cost) => (sum === null || cost === null ? null : sum + cost),
        0,
      ),
    }),
  };
}

/** Whether nothing more can be bought until the user has done something. */
function stopsRun({ code }: TintypeError): boolean {
  return (
    code === 'store-not-writable' ||
    (Object.hasOwn(policies, code) && policies[code as FailureCode].stopsRun)
  );
}

/** Whether the user may have been billed for a picture that this error stands for. */
export function isMaybeBilled(error: unknown): boolean {
  if (error instanceof ProviderError) return policies[error.code].billed !== 'no';
  return error instanceof TintypeError && error.code === 'original-rejected';
}

function wantedOf(planned: PlannedRequest): Wanted {
  const { key, request } = planned;
  if (key === null || request === null) throw new Error(`${planned.id} has no request yet`);
  return { ...planned, key, request };
}

/** Providers by name, each made when it is first asked for something: a run that buys nothing makes none. */
function lazyProviders({ config, env }: Context): (name: string) => Provider {
  let own: Provider | null = null;
  return (name) => {
    const configured = Object.hasOwn(config.providers, name) ? config.providers[name] : undefined;
    if (configured !== undefined) return configured;
    own ??= openAi({
      baseUrl: env['OPENAI_BASE_URL'] ?? null,
      organization: env['OPENAI_ORG_ID'] ?? null,
      project: env['OPENAI_PROJECT_ID'] ?? null,
    });
    return own;
  };
}

function storedOriginal({ stored }: PlannedRequest, store: Store): Original {
  if (stored?.kind !== 'record') {
    throw new TintypeError('record-damaged', stored?.reason ?? 'there is no record');
  }
  if (stored.record.rejected !== undefined) throw rejectedError(stored.record);
  return originalOf(stored.record, store);
}

function originalOf(record: StoreRecord, store: Store): Original {
  const { sha256: hash, width, height, hasAlpha, bytes } = record.original;
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
    bytes,
  };
}

const standInSize: Size = { width: 1024, height: 1024 };

/** A drawing in a picture's place. It is identified by what it is drawn from, so that it is drawn only to be encoded. */
function standIn({ key, request, id, candidate, job }: PlannedRequest): Original {
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
      provider: 'offline',
      model: job.picture.model,
      original: null,
      digitalSourceType: digitalSourceType(true),
    },
    bytes: 0,
  };
}
