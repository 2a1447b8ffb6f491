import { PendingError } from './purchase/failures.ts';
import { type Context, report, traceOf } from './context.ts';
import { TintypeError } from './errors.ts';
import { pictureName, shardOfEvent } from './events.ts';
import { hashedName, outputNames } from './file-names.ts';
import type { Original } from './purchase/original.ts';
import { knownOutputs, rememberOutputs } from './unchanged/unchanged-outputs.ts';
import { openImages, type PlannedImage } from './operations/open-images.ts';
import {
  removeShardReports,
  type ShardFailure,
  writeShardReport,
} from './operations/shard-report.ts';
import { findForeignFiles, isOurs } from './output/find-foreign-files.ts';
import { openModule } from './output/open-module.ts';
import { openOutputFolder } from './output/output-folder.ts';
import { listedFiles, type PreviousOutputs } from './output/previous-outputs.ts';
import { refuseLinkedOutDir } from './output/refuse-linked-out-dir.ts';
import { cacheOnly } from './output/cache-only.ts';
import { failedEvent, plannedEvent } from './run-events.ts';
import { type OutputWriter, writeOutputs } from './output/write-outputs.ts';
import { deliveriesOf } from './plan/deliveries.ts';
import { quickBytesIn } from './quick-files.ts';
import type { AssetMap, Batch, DeliveredImage, Plan, PlannedRequest } from './types.ts';

/** What a run did: its plan, the new asset map, and the counts of the `done` event. */
export interface GenerateResult {
  readonly plan: Plan;
  readonly assetMap: AssetMap;
  readonly delivered: number;
  readonly bought: number;
  readonly failed: number;
  /** Pictures that are ordered in a batch, as their images ask, or wait for one that is. */
  readonly pending: number;
  /** ISO 8601, UTC: when the last of them is due; `null`: not known, or there are none. */
  readonly dueAt: string | null;
  /** What this run ordered. */
  readonly batches: readonly Batch[];
  readonly costUsd: number | null;
  /** As in the `done` event. */
  readonly maybeBilledUsd: number | null;
  readonly written: number;
  readonly removed: number;
  /** What the files weigh that were encoded quickly, and that `tintype encode --thorough` would make smaller. */
  readonly quickBytes: number;
}

/**
 * Obtains the pictures, encodes their variants and writes the files. `ids`: only these images; empty: all.
 *
 * Rejects before anything is spent or written with the TintypeErrors of `readPlan` and `judgePlan`, or
 * `output-not-ours`. After a Ctrl-C it first stores what is in flight and then rejects with `interrupted`. An image that
 * fails is reported by a `failed` event.
 */
export async function generate(
  context: Context,
  ids: readonly string[] = [],
): Promise<GenerateResult> {
  const { config } = context;
  const startedAt = new Date();
  const project = await openImages(context, ids);
  const { plan, jobs } = project;
  const part = shardOfEvent(plan.shard);
  if (part.shard !== undefined) await removeShardReports(config.cacheDir);
  report(context, { ...plannedEvent(plan, config.missing), ...part });
  const { ordersBatches = true } = context;
  const { obtain, bill, overBudget, ordered } = await project.judge({ ordersBatches });

  const images = [...project.images.values()];
  const { outDir, hashNames } = config;
  // A hashed name is known only once its file is encoded, and names nothing else.
  const names = hashNames ? [] : images.flatMap(outputsOf);

  const failures: ShardFailure[] = [];
  const tally = { delivered: 0, failed: 0, pending: 0, written: 0, removed: 0 };
  const dueTimes: string[] = [];
  let quickBytes = 0;
  const outputs = outDir === null ? cacheOnly() : await openOutputs(outDir);

  const trace = traceOf(context);
  const imagesOf = Map.groupBy(images, ({ planned }) => planned);
  await Promise.all(
    plan.requests.map(async (planned) => {
      try {
        await trace('picture', pictureName(planned), async () => {
          const original = await obtain(planned);
          // A candidate that was not picked is bought but not delivered.
          for (const image of imagesOf.get(planned) ?? []) {
            context.signal.throwIfAborted();
            await deliver(image, original);
          }
        });
      } catch (error) {
        if (isInterruption(error, context)) return;
        if (error instanceof PendingError) {
          tally.pending++;
          dueTimes.push(...(error.dueAt === null ? [] : [error.dueAt]));
          report(context, pendingEvent(planned, error));
          return;
        }
        tally.failed++;
        const event = failedEvent(planned, error);
        failures.push(event);
        report(context, event);
      }
    }),
  );

  const deliveries = jobs.flatMap(deliveriesOf);
  const assetMap = await outputs.finish(
    deliveries.map(({ name }) => name),
    new Map(deliveries.map(({ name, sources }) => [name, sources])),
  );
  await project.close();
  const done = { ...tally, ...bill() };
  report(context, { type: 'done', ...done, ...part });
  if (part.shard !== undefined) await writeShardReport(config.cacheDir, part.shard, done, failures);
  const { fingerprint } = project;
  if (fingerprint !== null && done.delivered === images.length && didNothing(done)) {
    const outputs = { fingerprint, quickBytes, files: listedFiles(assetMap) };
    await rememberOutputs(context, ids, outputs, startedAt);
  }
  if (context.signal.aborted) {
    throw new TintypeError(
      'interrupted',
      `interrupted; ${done.bought} bought pictures were stored`,
    );
  }
  const budgetError = overBudget();
  if (budgetError !== null) throw budgetError;
  const dueAt = dueTimes.toSorted().at(-1) ?? null;
  return { plan, assetMap, ...done, quickBytes, dueAt, batches: ordered() };

  /** Opens the output folder. Throws if the run would overwrite a file there that Tintype did not write. */
  async function openOutputs(outDir: string): Promise<OutputWriter> {
    await refuseLinkedOutDir({ root: config.root, outDir });
    const module = await openModule(config);
    const { previous, foreign, unknown } = await findForeignFiles(outDir, names, project.isCached);
    refuseForeignFiles(outDir, [...foreign, ...(await notOurs(outDir, unknown, previous))]);
    return writeOutputs(outDir, {
      previous,
      names,
      module,
      ...(hashNames && { nameOf: ({ spec, sha256 }) => hashedName(spec.file, sha256) }),
      isKnown: knownOutputs(context, ids),
      isCached: project.isCached,
      onWritten(file, bytes) {
        tally.written++;
        report(context, { type: 'written', file, bytes });
      },
      onRemoved(file) {
        tally.removed++;
        report(context, { type: 'removed', file });
      },
    });
  }

  /**
   * The files in `unknown`, which no earlier run recorded, without those that this run would write with the same bytes. To
   * compare, it encodes into the cache what it can without buying.
   */
  async function notOurs(
    outDir: string,
    unknown: readonly string[],
    previous: PreviousOutputs,
  ): Promise<string[]> {
    const suspects = new Set(unknown);
    for (const image of suspects.size === 0 ? [] : images) {
      const { planned } = image;
      const names = outputsOf(image);
      const needsPurchase =
        !planned.isFree && planned.stored === null && config.missing !== 'standin';
      if (needsPurchase || !names.some((name) => suspects.has(name))) continue;
      const delivered = await project
        .obtain(planned)
        .then((original) => project.deliver(image, original))
        .catch(() => null);
      const folder = openOutputFolder(outDir);
      for (const { spec, sha256 } of delivered?.encoded ?? []) {
        if (await isOurs(folder, spec.file, sha256, previous, project.isCached))
          suspects.delete(spec.file);
      }
    }
    return [...suspects];
  }

  /** Encodes the variants of an original and writes their files. */
  async function deliver(image: PlannedImage, original: Original): Promise<void> {
    const delivered = await project.deliver(image, original);
    const writes = await trace('write', pictureName(image.planned), () => outputs.write(delivered));
    tally.delivered++;
    quickBytes += quickBytesIn(delivered.encoded);
    report(context, {
      type: 'delivered',
      id: image.name,
      files: delivered.encoded.length,
      bytes: shownBytes(delivered),
      originalBytes: original.record?.original.bytes ?? null,
      isChanged: writes > 0,
    });
  }
}

function outputsOf(image: PlannedImage): string[] {
  return outputNames(image, image.job);
}

/** Of its full size, in the preferred format. */
function shownBytes({ encoded, width }: DeliveredImage): number {
  return encoded.find(({ spec }) => spec.width === width && spec.isStill !== true)?.bytes ?? 0;
}

function didNothing({ failed, pending, bought, written, removed }: Tally): boolean {
  return failed + pending + bought + written + removed === 0;
}

type Tally = Pick<GenerateResult, 'failed' | 'pending' | 'bought' | 'written' | 'removed'>;

function pendingEvent(planned: PlannedRequest, { message, dueAt }: PendingError) {
  const { key, manifest, line } = planned;
  return { type: 'pending', ...pictureName(planned), key, message, dueAt, manifest, line } as const;
}

/** Whether a Ctrl-C kept an image from being requested or delivered, so that the image itself did not fail. */
function isInterruption(error: unknown, { signal }: Context): boolean {
  return (
    (error instanceof TintypeError && error.code === 'interrupted') ||
    (signal.aborted && error === signal.reason)
  );
}

function refuseForeignFiles(outDir: string, files: readonly string[]): void {
  if (files.length === 0) return;
  throw new TintypeError(
    'output-not-ours',
    `${files.join(', ')} in ${outDir} ${files.length === 1 ? 'is' : 'are'} not by Tintype and would be overwritten; move ${files.length === 1 ? 'it' : 'them'}, or choose another outDir. Nothing was done`,
  );
}
