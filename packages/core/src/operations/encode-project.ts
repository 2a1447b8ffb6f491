import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { failedEvent, plannedEvent } from '../run-events.ts';
import { hasTwoSpeeds } from '../image/encoding-speed.ts';
import { isMissing } from '../purchase/original.ts';
import { openImages, type PlannedImage } from './open-images.ts';

export interface EncodeRequest {
  /** Only these images; empty: all. */
  readonly ids: readonly string[];
  /** As if the project ran in a CI with a shared cache: see `Options.effort`. */
  readonly isThorough: boolean;
}

/** What is in the cache now. */
export interface EncodeResult {
  readonly images: number;
  readonly files: number;
  readonly bytes: number;
  /** How many of them are AVIF files that a thorough run made, now or earlier. `null`: the run was quick. */
  readonly thorough: number | null;
  /** The files of which the cache had only the quick encode: what they weighed, and what they weigh. */
  readonly improved: { readonly files: number; readonly before: number; readonly after: number };
  /** Images that were left out, because they are not bought. */
  readonly missing: number;
  readonly failed: number;
}

/**
 * Encodes every file of the pictures in the store into the cache. Buys nothing and writes no output. An image that fails is reported by a
 * `failed` event. Rejects with the TintypeErrors of `readPlan`, with `usage` if the config has one effort for all runs, and with
 * `interrupted` after a Ctrl-C; what was encoded until then is in the cache.
 */
export async function encodeProject(
  context: Context,
  { ids, isThorough: isAsked }: EncodeRequest,
): Promise<EncodeResult> {
  const isThorough = isAsked || context.config.isThorough;
  const config = {
    ...context.config,
    isThorough,
    // What is delivered is signed, and only then.
    signer: null,
    missing: 'fail' as const,
    missingSetBy: 'tintype encode, which buys nothing',
  };
  if (isAsked && config.effort !== 'auto') {
    throw new TintypeError(
      'usage',
      `${config.file ?? 'the config'} sets effort to ${config.effort}, so every run encodes alike. Remove it, or set it to 'auto', which has a quick and a thorough effort`,
    );
  }
  const project = await openImages({ ...context, config }, ids);
  const all = [...project.images.values()];
  const stored = all.filter(({ planned }) => !isMissing(planned, config.missing));
  report(context, { ...plannedEvent(project.plan, config.missing), deliveries: stored.length });

  const done = { images: 0, files: 0, bytes: 0, failed: 0 };
  let thorough = 0;
  const improved = { files: 0, before: 0, after: 0 };
  const encode = async (image: PlannedImage) => {
    context.signal.throwIfAborted();
    const original = await project.obtain(image.planned);
    const quick = isThorough ? project.findQuick(image, original) : null;
    const isKnown = project.findDelivered(image, original) !== null;
    const { encoded, width } = await project.deliver(image, original);
    for (const [index, { bytes, spec }] of encoded.entries()) {
      done.files++;
      done.bytes += bytes;
      if (isThorough && !original.source.isStandIn && hasTwoSpeeds(spec)) thorough++;
      if (quick?.[index]?.isQuick !== true) continue;
      improved.files++;
      improved.before += quick[index].bytes;
      improved.after += bytes;
    }
    done.images++;
    report(context, {
      type: 'delivered',
      id: image.name,
      files: encoded.length,
      bytes: encoded.find(({ spec }) => spec.width === width && spec.isStill !== true)?.bytes ?? 0,
      originalBytes: original.record?.original.bytes ?? null,
      isChanged: !isKnown,
    });
  };
  await Promise.all(
    stored.map((image) =>
      encode(image).catch((error: unknown) => {
        if (context.signal.aborted) return;
        done.failed++;
        report(context, failedEvent(image.planned, error));
      }),
    ),
  );
  await project.close();
  if (context.signal.aborted) {
    throw new TintypeError('interrupted', `interrupted; ${done.files} files are in the cache`);
  }
  report(context, {
    type: 'done',
    delivered: done.images,
    failed: done.failed,
    pending: 0,
    bought: 0,
    costUsd: 0,
    maybeBilledUsd: 0,
    written: 0,
    removed: 0,
  });
  return {
    ...done,
    thorough: isThorough ? thorough : null,
    improved,
    missing: all.length - stored.length,
  };
}
