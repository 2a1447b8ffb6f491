import {
  type Asset,
  type AssetFile,
  type AssetMap,
  type Context,
  type Delivery,
  type Diagnostic,
  type Format,
  type Job,
  openImages,
  type OpenImages,
  type Original,
  planChanges,
  type PlannedRequest,
  type Sha256,
  type Source,
  type StoreRecord,
  TintypeError,
} from '@tintype/core';
import {
  deliveriesAs,
  deliveriesOf,
  estimatesOf,
  openStore,
  originalOf,
  readContent,
  readNotes,
  readPreviousOutputs,
  readRegular,
  type Store,
  unseenPicks,
  sha256,
} from '@tintype/core/internal';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type BaseChanges, baseChanges } from './base-changes.ts';
import { byImage, priceOf } from './price-of.ts';
import {
  type CandidateFacts,
  fileToLookAt,
  type ImageFacts,
  type SheetFacts,
} from './sheet-data.ts';
import type { Price } from './sheet.ts';

/** The data that a sheet shows about a project, and the pixels behind it. */
export interface SheetReading {
  readonly facts: Omit<SheetFacts, 'live' | 'problem' | 'madeAt'>;
  /** What a purchase of several images would be. `null`: nothing has to be bought for them, or not here. */
  readonly price: (ids: readonly string[]) => Price | null;
  /**
   * A WebP whose longer side has at most `side` pixels; it plays an animation unless `isStill`. `null`: there is no such picture.
   */
  readonly thumbnail: (hash: Sha256, side: number, isStill?: boolean) => Promise<Uint8Array | null>;
  readonly isMoving: (hash: Sha256) => boolean;
  /** The unchanged bytes. `null`: there is no such picture. */
  readonly picture: (hash: Sha256) => Promise<Uint8Array | null>;
  /** The file of a format and width that an image would become if this picture were delivered. `null`: there is none. */
  readonly variant: (hash: Sha256, file: VariantName) => Promise<Uint8Array | null>;
  /** Trims the cache if thumbnails made it grow. */
  readonly close: () => Promise<void>;
}

interface VariantName {
  readonly imageId: string;
  readonly format: Format;
  readonly width: number;
}

/**
 * Reads everything that a sheet shows; with `ref`, how the project differs from the merge base with it. Buys nothing, draws nothing, writes nothing, and creates no paid provider. Rejects
 * with the TintypeErrors of `readPlan`.
 */
export async function readSheet(
  context: Context,
  ref: string | null = null,
): Promise<SheetReading> {
  const { config } = context;
  const diagnostics: Diagnostic[] = [];
  const viewing: Context = {
    ...context,
    // Missing pictures are not even considered for buying.
    config: { ...config, missing: 'standin' },
    report: (event) => {
      if (event.type !== 'diagnostic') return;
      const { type: _, time: __, ...diagnostic } = event;
      diagnostics.push(diagnostic);
    },
  };
  const project = await openImages(viewing);
  const store = await openStore(viewing);
  const { plan } = project;
  const purchases = await store.purchases();
  const unseen = unseenPicks(plan, { purchases, confirmed: await store.confirmedPicks() });
  // Without outputs there is no asset map, and no delivered file to show.
  const outDir = config.outDir ?? '';
  const { assetMap } = outDir === '' ? { assetMap: null } : await readPreviousOutputs(outDir);
  const originals = new Map<Sha256, Original>();

  const requestsOf = byImage(plan.requests);
  const bytesOf = originalSizes(plan.requests);
  const { notes, diagnostics: noteProblems } = await readNotes(
    config,
    project.jobs.map(({ place }) => place.file),
  );
  diagnostics.push(...noteProblems);
  const differences =
    ref === null
      ? null
      : baseChanges(await planChanges({ ...viewing, report: () => {} }, [], ref), assetMap);
  const boughtFor = Map.groupBy(purchases, (record) => record.boughtFor?.id ?? '');
  const images = await Promise.all(
    plan.jobs.map(async (job): Promise<ImageFacts> => {
      const requests = requestsOf.get(job.id) ?? [];
      const candidates = await Promise.all(requests.map(candidateFacts));
      return {
        job,
        candidates,
        past: pastOf(boughtFor.get(job.id) ?? [], requests),
        notes: notes.get(job.id) ?? new Map(),
        change: differences === null ? null : changeFacts(differences.changeOf(job.id)),
        deliveries: await Promise.all(
          deliveriesOf(job).map((delivery) => deliveryFacts(job, delivery, candidates)),
        ),
        standIn: await standInOf(job, requests),
        price: priceOf([job], plan.jobs, requestsOf),
        failure: null,
      };
    }),
  );

  return {
    facts: {
      project: basename(config.root),
      diagnostics,
      toBuyUsd: plan.totals.costUsd,
      purchases,
      budgets: { perDayUsd: config.maxCostUsdPerDay, perRunUsd: config.maxCostUsd },
      moneyFacts: {
        buyerOf: await Promise.race([
          store.versionControl?.buyers() ?? null,
          setTimeout(buyersWaitMs, null, { ref: false }),
        ]),
        estimatesOf: (records) => estimatesOf(config.models, records),
      },
      images,
      base: differences === null || ref === null ? null : baseFacts(differences, ref),
    },
    price: (ids) => {
      const asked = new Set(ids);
      return priceOf(
        plan.jobs.filter(({ id }) => asked.has(id)),
        plan.jobs,
        requestsOf,
      );
    },
    thumbnail: async (hash, side, isStill = false) => {
      const original = originals.get(hash);
      return original === undefined ? null : encodeThumbnail(project, original, side, isStill);
    },
    isMoving: (hash) => (originals.get(hash)?.source.frames ?? 1) > 1,
    picture: async (hash) => {
      const original = originals.get(hash);
      if (original === undefined) return null;
      // A drawing is shown as pixels, because an original is never shown as it came.
      return original.source.isVector === true
        ? encodeThumbnail(project, original, drawingSide)
        : original.source.read();
    },
    variant: async (hash, { imageId, format, width }) => {
      const original = originals.get(hash);
      const planned = requestsOf.get(imageId)?.[0];
      if (original === undefined || planned === undefined) return null;
      const { job } = planned;
      const [delivery] = deliveriesAs(job, imageId, planned.number);
      const image = { ...delivery, job, planned };
      const spec = project
        .variants(image, original)
        .find((spec) => spec.format === format && spec.width === width && !spec.isStill);
      return spec === undefined ? null : (await project.encode(original, spec)).read();
    },
    close: project.close,
  };

  async function candidateFacts(planned: PlannedRequest): Promise<CandidateFacts> {
    const damage = await damageOf(planned, store);
    const facts = { planned, damage, isUnseenPick: unseen.has(planned) };
    const isUsable =
      planned.isFree ||
      (planned.stored?.kind === 'record' && planned.stored.record.rejected === undefined);
    if (!isUsable || damage !== null) return { ...facts, source: null };
    const original = await project.obtain(planned);
    return { ...facts, source: seen(original) };
  }

  /** The drawing that a run without purchases would deliver. It is drawn when the page asks for it. */
  async function standInOf(job: Job, requests: readonly PlannedRequest[]): Promise<Source | null> {
    const planned = requests.find(({ number }) => number === (job.pick ?? 1));
    const isDrawn = planned !== undefined && planned.stored === null && !planned.isFree;
    return isDrawn ? seen(await project.obtain(planned)) : null;
  }

  async function deliveryFacts(
    job: Job,
    delivery: Delivery,
    candidates: readonly CandidateFacts[],
  ): Promise<ImageFacts['deliveries'][number]> {
    const { name, candidate } = delivery;
    const facts = candidates.find(({ planned }) => planned.number === candidate);
    const asset = assetOf(assetMap, name);
    const files = asset?.files ?? [];
    const missing = await Promise.all(files.map((file) => isGone(outDir, file)));
    const gone = files.filter((_, index) => missing[index]).map(({ file }) => file);
    const shown = files.length === 0 ? null : fileToLookAt(files);
    const isShown = asset !== null && shown !== null && !gone.includes(shown.file);
    return {
      ...delivery,
      specs: specsOf(project, delivery, job, facts),
      asset,
      gone,
      source: isShown
        ? seen(
            deliveredOriginal(
              { outDir, cacheDir: config.cacheDir },
              shown,
              asset,
              facts?.source ?? null,
            ),
          )
        : null,
      originalBytes: asset?.ai.original == null ? null : (bytesOf.get(asset.ai.original) ?? null),
      isMapped: assetMap !== null,
      isExpected: config.outDir !== null,
    };
  }

  /** What was bought for an image and is not asked for today, as far back as a page shows it. */
  function pastOf(
    bought: readonly StoreRecord[],
    requests: readonly PlannedRequest[],
  ): ImageFacts['past'] {
    const current = new Set(requests.map(({ key }) => key));
    return bought
      .filter(({ key }) => !current.has(key))
      .toSorted((a, b) => (a.provenance.createdAt < b.provenance.createdAt ? 1 : -1))
      .slice(0, pastShown)
      .map(factsOf);
  }

  function factsOf(record: StoreRecord): ImageFacts['past'][number] {
    const source = record.rejected === undefined ? seen(originalOf(record, store)) : null;
    return { record, source };
  }

  function changeFacts({ records, ...change }: ReturnType<BaseChanges['changeOf']>) {
    return { ...change, before: records.map(factsOf) };
  }

  function baseFacts(
    { base, gone }: BaseChanges,
    compared: string,
  ): NonNullable<SheetFacts['base']> {
    const images = gone.map(({ records, ...image }) => ({
      ...image,
      pictures: records.map(factsOf),
    }));
    return { ...base, ref: compared, gone: images };
  }

  /** Keeps a picture by its hash, so that the page can ask for it. */
  function seen(original: Original): Source {
    originals.set(original.source.sha256, original);
    return original.source;
  }
}

/** Why the original of a record cannot be the one that was bought, judged by its size on the disk. */
async function damageOf({ stored }: PlannedRequest, store: Store): Promise<string | null> {
  if (stored?.kind !== 'record' || stored.record.rejected !== undefined) return null;
  const { sha256: hash, bytes } = stored.record.original;
  const found = await store.sizeOf(stored.record);
  const remedy = 'restore it with git checkout or git lfs pull, or ask for another take';
  if (found === null) return `its original ${hash.slice(0, 12)}… is not in the store; ${remedy}`;
  if (found === bytes) return null;
  return `its original ${hash.slice(0, 12)}… has ${found} bytes, and ${bytes} were bought; ${remedy}`;
}

/** Git reads the log of 100,000 records for seconds. Until it has, the page does not offer to group by person. */
const buyersWaitMs = 1000;

/** The files that a delivery becomes; `null`: it has no picture, or the picture does not fill the crop. */
function specsOf(
  project: OpenImages,
  delivery: Delivery,
  job: Job,
  facts: CandidateFacts | undefined,
): ImageFacts['deliveries'][number]['specs'] {
  if (facts === undefined || facts.source === null) return null;
  const { planned, source } = facts;
  try {
    const original = { source, ai: notAsked, record: null };
    return project.variants({ ...delivery, job, planned }, original);
  } catch {
    // `generate` reports the reason. Here there is only nothing to compare with.
    return null;
  }
}

function assetOf(assetMap: AssetMap | null, name: string): Asset | null {
  const images = assetMap?.images ?? {};
  return Object.hasOwn(images, name) ? images[name]! : null;
}

/** Whether a file is missing on the disk, or has another size than was written. */
async function isGone(outDir: string, { file, bytes }: AssetFile): Promise<boolean> {
  const found = await stat(join(outDir, file)).catch(() => null);
  return found?.size !== bytes;
}

/**
 * A delivered file as a picture to show. It is readable only while its bytes are there, in the output folder or in the cache. `from`: the picture that it
 * was made from, which says whether it moves.
 */
function deliveredOriginal(
  { outDir, cacheDir }: { readonly outDir: string; readonly cacheDir: string },
  file: AssetFile,
  { ai, width, height, still }: Asset,
  from: Source | null,
): Original {
  return {
    source: {
      sha256: file.sha256,
      width,
      height,
      hasAlpha: file.format !== 'jpeg',
      isStandIn: !ai.generated,
      isVector: file.format === 'svg',
      ...(still !== undefined && from?.frames !== undefined && { frames: from.frames }),
      read: async () => {
        const bytes = await readRegular(join(outDir, file.file)).catch(() => null);
        if (bytes !== null && sha256(bytes) === file.sha256) return bytes;
        // A pick has just replaced it, and an open page still asks for it.
        const cached = await readContent(cacheDir, file.sha256);
        if (cached !== null) return cached;
        throw new TintypeError('original-missing', `${file.file} has changed`);
      },
    },
    ai,
    record: null,
  };
}

/** For code that needs only the pixels. */
const notAsked: Original['ai'] = {
  generated: false,
  provider: '',
  model: '',
  original: null,
  digitalSourceType: '',
};

function originalSizes(requests: readonly PlannedRequest[]): ReadonlyMap<Sha256, number> {
  return new Map(
    requests.flatMap(({ stored }) =>
      stored?.kind === 'record'
        ? [[stored.record.original.sha256, stored.record.original.bytes] as const]
        : [],
    ),
  );
}

/** Pictures of one image. */
const pastShown = 100;

/** Good enough to judge a picture by at the size of a card, with a fifth of the bytes of a delivered file. */
const thumbnailCompression = 60;

/** Pixels: as large as a drawing is drawn. */
const drawingSide = 2048;

async function encodeThumbnail(
  project: OpenImages,
  original: Original,
  side: number,
  isStill = false,
): Promise<Uint8Array> {
  const { width, height } = original.source;
  const scale = Math.min(1, side / Math.max(width, height));
  const file = await project.encode(original, {
    file: 'a thumbnail',
    format: 'webp',
    compression: thumbnailCompression,
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    crop: null,
    ...(isStill && { isStill }),
  });
  return file.read();
}
