import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { isMissing } from '../purchase/original.ts';
import { failedEvent } from '../run-events.ts';
import type { MeasuredFile } from '../types.ts';
import { openImages, type PlannedImage } from './open-images.ts';

export interface MeasureResult {
  readonly files: readonly MeasuredFile[];
  /** Images that could not be measured. */
  readonly failed: number;
}

/**
 * Measures how the files of pictures in the store look, and what other tools would make of the same pixels. Encodes files that the cache
 * does not have. Buys nothing and writes no output. `ids`: only these images; empty: all. An image that fails is reported by a `failed`
 * event. Rejects with the TintypeErrors of `readPlan`, and with `interrupted` after a Ctrl-C; what was measured until then is in the cache.
 */
export async function measureFiles(
  context: Context,
  ids: readonly string[],
): Promise<MeasureResult> {
  // Content credentials do not change how a file looks.
  const config = { ...context.config, signer: null, missing: 'fail' as const };
  const project = await openImages({ ...context, config }, ids);
  const stored = [...project.images.values()].filter(
    ({ planned }) => !isMissing(planned, config.missing),
  );
  let failed = 0;
  const measured = stored.map((image) =>
    measureImage(image).catch((error: unknown) => {
      if (context.signal.aborted) return [];
      failed++;
      report(context, failedEvent(image.planned, error));
      return [];
    }),
  );
  const files = (await Promise.all(measured)).flat();
  await project.close();
  if (context.signal.aborted) {
    throw new TintypeError('interrupted', `interrupted; ${files.length} files are measured`);
  }
  return { files, failed };

  async function measureImage(image: PlannedImage): Promise<MeasuredFile[]> {
    const { encoded, looks } = await project.measure(image, await project.obtain(image.planned));
    return encoded.map(({ spec, bytes }, index) => ({
      id: image.name,
      file: spec.file,
      format: spec.format,
      width: spec.width,
      height: spec.height,
      bytes,
      look: looks[index]!,
    }));
  }
}
