import type { BuildBill } from './build-summary.ts';
import { randomUUID } from 'node:crypto';
import {
  confirmOnTerminal,
  type Context,
  count,
  type DeliveredImage,
  listenForInterrupts,
  openImages,
  openRunBudget,
  type Original,
  type PlannedImage,
  readShard,
  type Shard,
  shardName,
  TintypeError,
  warnOfUncommitted,
} from '@tintype/core';
import { type OpenProject, openProject, type ProjectOptions } from '@tintype/core/modules';

/** A picture with all its files encoded. */
export interface Delivered extends DeliveredImage {
  readonly image: PlannedImage;
  readonly original: Original;
  /** Whether nothing had to be encoded. */
  readonly isCached: boolean;
}

/** The environments of one build share the plan, every picture, and the bill. */
export interface BuildRun {
  readonly project: OpenProject;
  /** Different for each run. */
  readonly id: string;
  /** Whether it has to be bought first. Its bytes are then unknown before `buy`. */
  readonly isLate: (image: PlannedImage) => boolean;
  /** A picture from the store, or a stand-in, with its files. Each is made once, however often it is requested. */
  readonly deliver: (image: PlannedImage) => Promise<Delivered>;
  /**
   * Buys what is missing of the images, under the rules of the command line, and delivers them. In a shard, images of other shards
   * become stand-ins. Rejects before anything
   * is spent with the TintypeErrors of `OpenImages.judge`, and once everything in flight is stored with the first failure.
   */
  readonly buy: (images: readonly PlannedImage[]) => Promise<void>;
  /** The pictures delivered so far. */
  readonly delivered: ReadonlyMap<string, Delivered>;
  readonly bill: () => BuildBill;
  /** Resolves when everything in flight is stored. */
  readonly settled: () => Promise<void>;
}

/** A run that opens its project when the first picture is needed, so that a build without pictures does not wait for it. */
export interface RunOnDemand {
  readonly open: () => Promise<BuildRun>;
  /** `null`: no picture has been needed. */
  readonly opened: () => BuildRun | null;
}

export function runOnDemand(openRun: () => Promise<BuildRun>): RunOnDemand {
  let opening: Promise<BuildRun> | undefined;
  let opened: BuildRun | null = null;
  const open = async () => {
    opened = await openRun();
    return opened;
  };
  return { open: () => (opening ??= open()), opened: () => opened };
}

/** Opens a project for a build. */
export async function openBuildRun(options: ProjectOptions): Promise<BuildRun> {
  const project = await openProject(options);
  const { context, config } = project;
  const deliveries = new Map<string, Promise<Delivered>>();
  const delivered = new Map<string, Delivered>();
  const bill: { -readonly [Name in keyof BuildBill]: BuildBill[Name] } = {
    bought: 0,
    costUsd: 0,
    maybeBilledUsd: 0,
  };
  const budget = openRunBudget(config.maxCostUsd);
  const shard = readShard(undefined, context.realEnv);
  // All environments of a build belong to one order.
  const buying = { ...context, shard, order: context.order ?? randomUUID() };
  let purchases: Promise<unknown> = Promise.resolve();

  const deliverOnce = (image: PlannedImage, obtain: () => Promise<Original>) => {
    const started = deliveries.get(image.name) ?? deliverNow(image, obtain);
    deliveries.set(image.name, started);
    return started;
  };

  const deliverNow = async (image: PlannedImage, obtain: () => Promise<Original>) => {
    try {
      const original = await obtain();
      const cached = project.findDelivered(image, original);
      const isCached = cached !== null;
      const files = cached ?? (await project.deliver(image, original));
      const result = { ...files, image, original, isCached };
      delivered.set(image.name, result);
      return result;
    } catch (error) {
      return ofImage(image.job.id, error);
    }
  };

  /** One after the other, so that each environment finds the purchases of the previous one in the store. */
  const buyNow = async (images: readonly PlannedImage[]) => {
    const missing = images.filter(({ name }) => !deliveries.has(name));
    if (missing.length === 0) return;
    const interrupt = listenForInterrupts(process, () => {
      context.report({
        type: 'warning',
        code: 'interrupted',
        message:
          'interrupted: waiting for the pictures in flight, to store them. Press Ctrl-C again to stop at once',
        time: context.now().toISOString(),
      });
    });
    const before = bill.bought;
    try {
      await buyMissing(missing, interrupt.signal);
    } finally {
      interrupt.stop();
      if (bill.bought > before) await warnOfUncommitted(context, process.cwd());
    }
  };

  const buyMissing = async (missing: readonly PlannedImage[], signal: AbortSignal) => {
    const ids = [...new Set(missing.map(({ job }) => job.id))];
    const order = await openImages({ ...buying, signal, ...confirming(signal) }, ids, budget);
    const judged = await order.judge();
    const rows = order.plan.requests;
    const failures = await failuresOf(
      rows.map((row) => judged.obtain(row).catch((error: unknown) => ofImage(row.id, error))),
    );
    const cost = judged.bill();
    bill.bought += cost.bought;
    bill.costUsd = plus(bill.costUsd, cost.costUsd);
    bill.maybeBilledUsd = plus(bill.maybeBilledUsd, cost.maybeBilledUsd);
    const short = judged.overBudget();
    if (short !== null) throw short;
    throwAll(failures);

    const rowOf = new Map(rows.map((row) => [`${row.id}@${row.number}`, row]));
    let ofOthers = 0;
    const obtain = async (image: PlannedImage): Promise<Original> => {
      const row = rowOf.get(`${image.job.id}@${image.planned.number}`);
      if (row !== undefined) return judged.obtain(row);
      if (shard === null) throw new Error(`${image.name} is not planned`);
      ofOthers++;
      const { standIn } = await import('@tintype/core/internal');
      return standIn(image.planned);
    };
    throwAll(await failuresOf(missing.map((image) => deliverOnce(image, () => obtain(image)))));
    if (shard !== null && ofOthers > 0) warnOfStandIns(shard, ofOthers);
  };

  const warnOfStandIns = (shard: Shard, pictures: number) => {
    const message = `${count(pictures, 'picture')} of this build ${pictures === 1 ? 'is a stand-in' : 'are stand-ins'}, because TINTYPE_SHARD says that this is ${shardName(shard)} and ${pictures === 1 ? 'it belongs' : 'they belong'} to other shards. Do not publish this build; run tintype merge and build without TINTYPE_SHARD`;
    const time = context.now().toISOString();
    context.report({ type: 'warning', code: 'other-shards', message, time });
  };

  return {
    project,
    id: randomUUID(),
    isLate: ({ planned }) =>
      !planned.isFree && planned.stored === null && config.missing !== 'standin',
    deliver: (image) => deliverOnce(image, () => project.obtain(image.planned)),
    buy: async (images) => {
      const purchase = purchases.then(() => buyNow(images));
      purchases = purchase.catch(() => {});
      await purchase;
      // What another environment bought may have failed to be encoded.
      await Promise.all(images.flatMap(({ name }) => deliveries.get(name) ?? []));
    },
    delivered,
    bill: () => bill,
    settled: async () => {
      await purchases;
    },
  };
}

/** An image's failure, so that its line in the manifest can be shown. */
function ofImage(id: string, cause: unknown): never {
  if (!(cause instanceof TintypeError)) throw cause;
  const message = cause.message.includes(id) ? cause.message : `${id}: ${cause.message}`;
  throw new TintypeError(cause.code, message, { imageId: id, cause });
}

/** Asks the user on a terminal, as the command line does. */
function confirming(signal: AbortSignal): Pick<Context, 'confirm'> {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) return {};
  const interrupt = () => void process.kill(process.pid, 'SIGINT');
  return { confirm: confirmOnTerminal({ input, output, signal, interrupt }) };
}

async function failuresOf(tasks: readonly Promise<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(tasks);
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}

/** Throws one error with the messages of all, at the place of the first. */
function throwAll(failures: readonly unknown[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (!(first instanceof TintypeError) || others.length === 0) throw first;
  const messages = failures.map((failure) =>
    failure instanceof Error ? failure.message : String(failure),
  );
  const { imageId, code } = first;
  throw new TintypeError(code, messages.join('\n'), {
    cause: first,
    ...(imageId === null ? {} : { imageId }),
  });
}

function plus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}
