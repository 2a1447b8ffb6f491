import { isMaybeBilled, recordLeftOver } from './run/buy-original.ts';
import { type Context, report } from './context.ts';
import type { Missing } from './config.ts';
import { TintypeError } from './errors.ts';
import { outputNames } from './file-names.ts';
import { deriveVariants } from './image/derive-variants.ts';
import { resolveVariants } from './image/resolve-variants.ts';
import { trimCache } from './image/trim-cache.ts';
import { openVariantCache } from './image/variant-cache.ts';
import { obtainer, type Original } from './run/obtain-original.ts';
import { readOutputs } from './output/previous-outputs.ts';
import { writeOutputs } from './output/write-outputs.ts';
import { deliveriesOf } from './plan/deliveries.ts';
import { toBuy } from './plan/to-buy.ts';
import { readPlan } from './run/read-plan.ts';
import { openRefusals } from './run/refusals.ts';
import { refusePlan } from './run/refuse-plan.ts';
import { fileStore } from './store/file-store.ts';
import type { AssetMap, DeliveredImage, Job, Plan, PlannedRequest } from './types.ts';

/** What a run did: the counts of the `done` event, and what the outputs now are. */
export interface GenerateResult {
  readonly plan: Plan;
  readonly assetMap: AssetMap;
  readonly delivered: number;
  readonly bought: number;
  readonly failed: number;
  readonly costUsd: number | null;
  readonly written: number;
  readonly removed: number;
}

/**
 * Makes what is missing, encodes, writes. `ids`: only these images; none: all.
 *
 * Rejects before anything is spent or written with the TintypeErrors of `readPlan` and `refusePlan`, or
 * `output-not-ours`; with `interrupted` once what was in flight is stored. An image that fails is a `failed` event.
 */
export async function generate(
  context: Context,
  ids: readonly string[] = [],
): Promise<GenerateResult> {
  const { config } = context;
  const store = fileStore(config.storeDir);
  const refusals = openRefusals(config.cacheDir);
  const isBuying = config.missing === 'buy';
  if (isBuying) {
    await store.clearDead();
    await recordLeftOver(store, context);
  }

  const { plan, jobs } = await readPlan(context, store, { ids, mayFetch: isBuying });
  report(context, plannedEvent(plan, config.missing));
  refusePlan(plan, context);

  const names = plan.jobs.flatMap((job) =>
    deliveriesOf(job).flatMap(({ name }) => outputNames(name, job.files)),
  );
  const { previous, foreign } = await readOutputs(config.outDir, names);
  refuseForeignFiles(context, foreign);

  const tally = { delivered: 0, failed: 0, written: 0, removed: 0 };
  const outputs = writeOutputs(config.outDir, {
    previous,
    names,
    onWritten(file, bytes) {
      tally.written++;
      report(context, { type: 'written', file, bytes });
    },
    onRemoved(file) {
      tally.removed++;
      report(context, { type: 'removed', file });
    },
  });
  const cache = openVariantCache(config.cacheDir, ({ message }) => {
    report(context, {
      type: 'warning',
      code: 'no-cache',
      message: `the cache cannot be used: ${message}`,
    });
  });
  const { obtain, bill, overBudget } = obtainer(plan, context, store, refusals);

  await Promise.all(
    plan.requests.map(async (planned) => {
      try {
        const original = await obtain(planned);
        for (const { name, candidate } of deliveriesOf(planned.job)) {
          if (candidate !== planned.number) continue;
          context.signal.throwIfAborted();
          await deliver(name, planned.job, original);
        }
      } catch (error) {
        if (isInterruption(error, context)) return;
        tally.failed++;
        report(context, failedEvent(planned, error));
      }
    }),
  );

  const assetMap = await outputs.finish(
    jobs.flatMap((job) => deliveriesOf(job).map(({ name }) => name)),
  );
  if (cache.hasGrown()) await trimCache(config.cacheDir, config.cacheMaxBytes);
  const done = { ...tally, ...bill() };
  report(context, { type: 'done', ...done });
  if (context.signal.aborted) {
    throw new TintypeError(
      'interrupted',
      `interrupted; ${done.bought} bought pictures were stored`,
    );
  }
  const short = overBudget();
  if (short !== null) throw short;
  return { plan, assetMap, ...done };

  /** Original to variants to files. */
  async function deliver(name: string, job: Job, original: Original): Promise<void> {
    const { source, ai } = original;
    const specs = resolveVariants(name, job.files, source);
    const { encoded, preview } = await deriveVariants(source, specs, {
      cache,
      effort: config.effort,
      placeholder: job.files.placeholder,
    });
    const { width, height } = job.files.crop ?? source;
    const image: DeliveredImage = {
      name,
      files: job.files,
      width,
      height,
      encoded,
      ...preview,
      ai,
    };
    const writes = await outputs.write(image);
    tally.delivered++;
    report(context, {
      type: 'delivered',
      id: name,
      files: encoded.length,
      bytes: encoded.find(({ spec }) => spec.width === width)?.bytes ?? 0,
      originalBytes: original.record?.original.bytes ?? null,
      isChanged: writes > 0,
    });
  }
}

/** What `generate` would do and cost. Spends nothing, writes nothing. */
export async function planProject(context: Context, ids: readonly string[] = []): Promise<Plan> {
  const { plan } = await readPlan(context, fileStore(context.config.storeDir), {
    ids,
    mayFetch: false,
  });
  return plan;
}

function plannedEvent({ jobs, requests, totals }: Plan, policy: Missing) {
  const { images, stored, missing, blocked } = totals;
  const isBuying = policy === 'buy';
  return {
    type: 'planned',
    images,
    stored,
    missing,
    blocked,
    costUsd: isBuying ? (totals.costUsd?.high ?? null) : 0,
    deliveries: jobs.flatMap(deliveriesOf).length,
    toBuy: isBuying ? toBuy(requests).length : 0,
  } as const;
}

function failedEvent(planned: PlannedRequest, error: unknown) {
  return {
    type: 'failed',
    id: planned.id,
    key: planned.key,
    code: error instanceof TintypeError ? error.code : 'internal',
    message: error instanceof Error ? error.message : String(error),
    maybeBilled: isMaybeBilled(error),
    manifest: planned.manifest,
    line: planned.line,
  } as const;
}

/** Not asked for, or not delivered, because of a Ctrl-C: no failure of the image's own. */
function isInterruption(error: unknown, { signal }: Context): boolean {
  return (
    (error instanceof TintypeError && error.code === 'interrupted') ||
    (signal.aborted && error === signal.reason)
  );
}

function refuseForeignFiles({ config }: Context, files: readonly string[]): void {
  if (files.length === 0) return;
  throw new TintypeError(
    'output-not-ours',
    `${files.join(', ')} in ${config.outDir} ${files.length === 1 ? 'is' : 'are'} not by Tintype and would be overwritten; move what is there, or choose another outDir. Nothing was done`,
  );
}
