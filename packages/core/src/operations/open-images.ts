import { cropIn } from '../crop-in.ts';
import { canBuy, type Context, report } from '../context.ts';
import {
  type DerivedVariants,
  deriveVariants,
  findVariants,
  restoreVariants,
} from '../image/derive-variants.ts';
import { encodingsAt } from '../image/encoding-speed.ts';
import { resolveVariants } from '../image/resolve-variants.ts';
import { openCache } from '../cache/open-cache.ts';
import { deliveriesOf } from '../plan/deliveries.ts';
import { parseSize, type Size } from '../plan/picture-size.ts';
import type { Lane } from '../image/work-queue.ts';
import { mayBuy } from '../project/spending-policy.ts';
import { openStore } from '../store/open-store.ts';
import type {
  DeliveredImage,
  Delivery,
  EncodedFile,
  FileLook,
  Job,
  Plan,
  PlannedRequest,
  Sha256,
  Source,
  VariantSpec,
} from '../types.ts';
import { collectBatches } from '../purchase/collect-batches.ts';
import { uploadPending } from './upload-pending.ts';
import { settleLeftOver } from '../purchase/settle-attempt.ts';
import { type CurrentOrder, openOrder } from '../purchase/current-order.ts';
import { judgePlan } from '../purchase/judge-plan.ts';
import { type Obtainer, obtainer } from '../purchase/obtain-original.ts';
import { obtainFree, type Original } from '../purchase/original.ts';
import { openRunBudget, type RunBudget, runBudgetFor } from '../purchase/run-budget.ts';
import { encodeByWorker } from './encode-by-worker.ts';
import { findPlan } from './find-plan.ts';
import { measureLooks } from './measure-looks.ts';
import { openFileSigning } from './sign-files.ts';
import { openRefusals } from '../purchase/refusals.ts';
import { noteBetterFiles } from '../unchanged/better-files.ts';
import { rememberedVariants } from '../unchanged/remembered-variants.ts';
import { refusedCacheMessage } from '../project/usable-cache.ts';
import { sharedCacheOf } from './shared-cache-of.ts';
import { speedOf } from './speed-of.ts';

/** A delivery with the request of its picture, before its files are made. */
export interface PlannedImage extends Delivery {
  readonly job: Job;
  /** The request that makes it. */
  readonly planned: PlannedRequest;
}

/**
 * A project's images, each made on request. The command line and bundlers share this. Only the function that `judge` resolves
 * to buys.
 */
export interface OpenImages {
  readonly plan: Plan;
  /** Equal for equal plans of unchanged projects; `null`: unknown. */
  readonly fingerprint: string | null;
  /** The manifests and data files that all of it was read from, relative to the root. */
  readonly files: readonly string[];
  /** Every image of the project, planned or not. */
  readonly jobs: readonly Job[];
  /** The deliveries of what is planned, by name, in manifest order. */
  readonly images: ReadonlyMap<string, PlannedImage>;
  /**
   * Returns the picture in the store, or a stand-in if the policy or the provider says so. Otherwise rejects with
   * `originals-missing`. It neither spends nor decodes.
   */
  readonly obtain: (planned: PlannedRequest) => Promise<Original>;
  /**
   * Checks the plan against policy and budget, asks the user if necessary, and resolves to the function that may buy.
   * Rejects with the TintypeErrors of `judgePlan`. `ordersBatches`: whether it also orders batches. @default false
   */
  readonly judge: (options?: { readonly ordersBatches: boolean }) => Promise<Obtainer>;
  /** In pixels, of the picture or its crop; `null`: the model chooses the size, and the picture has not been made. */
  readonly sizeOf: (image: PlannedImage) => Size | null;
  /** The files to make from a picture. Throws a TintypeError `encode` for a crop that is larger than the picture. */
  readonly variants: (image: PlannedImage, original: Original) => VariantSpec[];
  /**
   * One of its files, not signed. It is encoded if it is not in the cache, before all others if something is waiting for it.
   */
  readonly encode: (original: Original, spec: VariantSpec, lane?: Lane) => Promise<EncodedFile>;
  /**
   * All of its files and its preview, from the snapshot of an earlier run or from the cache's index, without opening a file or
   * a picture. So a bundler knows every size and hash at once. `null`: something has to be encoded or signed.
   */
  readonly findDelivered: (image: PlannedImage, original: Original) => DeliveredImage | null;
  /** The files that the cache would give a run that encodes quickly. `null`: it would have to encode. */
  readonly findQuick: (image: PlannedImage, original: Original) => readonly EncodedFile[] | null;
  /** All of its files and its preview. Those that are not in the cache are encoded, and signed if the config says so. */
  readonly deliver: (image: PlannedImage, original: Original) => Promise<DeliveredImage>;
  /** All of its files as they are without credentials, and how each looks: see `measureLooks`. */
  readonly measure: (image: PlannedImage, original: Original) => Promise<MeasuredVariants>;
  /** Whether the cache knows a file with this hash, from any picture. */
  readonly isCached: (sha256: Sha256) => boolean;
  /** Records in the cache what was used and found, and trims it if it has grown. Call it once, at the end. */
  readonly close: () => Promise<void>;
}

export interface MeasuredVariants {
  readonly encoded: readonly EncodedFile[];
  /** In the same order. */
  readonly looks: readonly (FileLook | null)[];
}

/**
 * Plans a project, or the images named in `ids` and what they depend on. Spends nothing yet. Writes only records of pictures
 * that a killed process had paid for and not recorded. `budget`: the rest of a larger run's budget. Rejects with the
 * TintypeErrors of `readPlan`.
 */
export async function openImages(
  context: Context,
  ids: readonly string[] = [],
  budget: RunBudget = openRunBudget(context.config.maxCostUsd),
): Promise<OpenImages> {
  const { config, refusedCache } = context;
  if (refusedCache != null) {
    const message = refusedCacheMessage(refusedCache, config.cacheDir);
    report(context, { type: 'warning', code: 'cache-in-git', message });
  }
  const store = await openStore(context);
  const refusals = openRefusals(config.cacheDir);
  const isBuying = canBuy(context);
  const isRecording = mayBuy(config.missing);
  if (isRecording) await store.clearDead();
  const open = new Map(isRecording ? await settleLeftOver(store, context) : []);
  if (isRecording) await uploadPending(store, context);
  const collected = isBuying ? await collectBatches(store, context) : [];
  const { plan, jobs, files, fingerprint } = await findPlan(context, store, {
    ids,
    mayFetch: isBuying,
    mayBuy: isBuying,
  });
  let order: Promise<CurrentOrder> | undefined;
  const onUnavailable = ({ message }: Error) => {
    report(context, {
      type: 'warning',
      code: 'no-cache',
      message: `the cache cannot be used: ${message}`,
    });
  };
  const cache = openCache(config, onUnavailable, sharedCacheOf(context));
  const signing = await openFileSigning(context, cache);
  const remembered = rememberedVariants(context, ids, fingerprint);
  const variants = ({ name, files }: PlannedImage, { source }: Original) =>
    resolveVariants(name, files, source);
  const flattened = new Set<string>();
  const onFlattened = ({ file }: VariantSpec, transparency: 'slight' | 'visible') => {
    // A picture has a file for each width; one warning is enough.
    const name = file.replace(/-\d+w(?=\.)/, '');
    if (flattened.has(name)) return;
    flattened.add(name);
    const message =
      transparency === 'slight'
        ? `${name}: a few pixels were not quite opaque, and are now: JPEG has no transparency. Nothing visible is lost`
        : `${name}: the picture is transparent in places, which are white in it: JPEG has no transparency. Another format in formats, such as webp or png, keeps it at no cost`;
    report(context, { type: 'warning', code: 'transparency-lost', message });
  };
  const speed = speedOf(context);
  const options = (placeholder: Job['files']['placeholder'], source: Source) => ({
    cache,
    signal: context.signal,
    onFlattened,
    ...(speed.isThorough && {
      // One file may take half a minute.
      fileSignal: context.signal,
      onCompleted: async () => noteBetterFiles(config.cacheDir),
    }),
    ...encodingsAt(speed, source),
    placeholder,
  });

  return {
    plan,
    fingerprint,
    files,
    jobs,
    images: new Map(imagesOf(plan).map((image) => [image.name, image])),
    obtain: async (planned) => obtainFree(planned, config.missing, store),
    judge: async ({ ordersBatches } = { ordersBatches: false }) => {
      const judged = await judgePlan(plan, context, { store, budget, ordersBatches });
      for (const [key, attempt] of judged.openElsewhere) open.set(key, open.get(key) ?? attempt);
      order ??= openOrder(context, open);
      const resources = { store, budget: runBudgetFor(judged, budget) };
      return obtainer(judged, context, { ...resources, refusals, order: await order, collected });
    },
    sizeOf,
    variants,

    findDelivered: (image, original) => {
      const specs = variants(image, original);
      const { source } = original;
      const known = remembered.find(image.name);
      const wishes = options(image.files.placeholder, source);
      const found =
        (known && restoreVariants(source, specs, known, wishes)) ??
        findVariants(source, specs, wishes);
      if (found === null) return null;
      remembered.add(image.name, found.cached);
      const encoded = signing.find(original, found);
      return encoded === null ? null : delivered(image, original, { ...found, encoded });
    },

    findQuick: (image, original) => {
      const { source } = original;
      const quick = encodingsAt({ ...speed, isThorough: false }, source);
      const wishes = { ...options(image.files.placeholder, source), ...quick };
      return findVariants(source, variants(image, original), wishes)?.encoded ?? null;
    },

    encode: async (original, spec, lane = 'in-turn') => {
      const { encoded } = await deriveVariants(original.source, [spec], {
        ...options('none', original.source),
        lane,
      });
      return encoded[0]!;
    },

    deliver: async (image, original) => {
      const specs = variants(image, original);
      const { placeholder } = image.files;
      const wishes = options(placeholder, original.source);
      await encodeByWorker(original, specs, wishes, context);
      const derived = await deriveVariants(original.source, specs, wishes);
      const encoded = await signing.sign(original, derived);
      return delivered(image, original, { ...derived, encoded });
    },

    measure: async (image, original) => {
      const { source } = original;
      const derived = await deriveVariants(
        source,
        variants(image, original),
        options(image.files.placeholder, source),
      );
      const looks = await measureLooks(source, derived, cache, context.signal);
      return { encoded: derived.encoded, looks };
    },

    isCached: cache.hasContent,

    close: async () => {
      await context.noteCacheAnswer?.();
      signing.close();
      await remembered.close();
      await cache.close();
      // An earlier run may have been killed before its note.
      if (speed.isThorough) await noteBetterFiles(config.cacheDir);
      await store.remote?.close();
      if (cache.hasGrown()) await cache.trim(config.cacheMaxBytes);
    },
  };
}

function delivered(
  { name, files }: PlannedImage,
  { source, ai }: Original,
  { encoded, preview }: DerivedVariants,
): DeliveredImage {
  const { width, height } = cropIn(files.crop, source) ?? source;
  const { hasAlpha } = source;
  return { name, files, width, height, hasAlpha, encoded, ...preview, ai };
}

function sizeOf({ files: { crop }, job, planned: { stored } }: PlannedImage): Size | null {
  const picture = stored?.kind === 'record' ? stored.record.original : parseSize(job.picture.size);
  const shown = picture === null ? crop : (cropIn(crop, picture) ?? picture);
  if (shown === null || !('width' in shown)) return null;
  return { width: shown.width, height: shown.height };
}

function imagesOf(plan: Plan): PlannedImage[] {
  return plan.requests.flatMap((planned) =>
    deliveriesOf(planned.job)
      .filter(({ candidate }) => candidate === planned.number)
      .map((delivery) => ({ ...delivery, job: planned.job, planned })),
  );
}
