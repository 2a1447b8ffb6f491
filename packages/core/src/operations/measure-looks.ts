import * as v from 'valibot';
import type { VariantCache } from '../cache/variant-cache.ts';
import { canonicalJson, sha256 } from '../hash.ts';
import type { DerivedVariants } from '../image/derive-variants.ts';
import { encodeQueue } from '../image/encode-queue.ts';
import { isMoving } from '../image/is-moving.ts';
import { lookOfFile } from '../image/look-of-file.ts';
import { openPicture, pictureTurn } from '../image/open-picture.ts';
import { parseJson } from '../schema.ts';
import type { FileLook, Sha256, Source } from '../types.ts';

/**
 * How the files of a picture look, in their order. `null`: a drawing or an animation, which are not compared. A look is in the cache after
 * it was measured, because it takes longer than encoding the file. Rejects with the reason of the signal.
 */
export async function measureLooks(
  source: Source,
  { encoded, keyOf }: DerivedVariants,
  cache: VariantCache,
  signal: AbortSignal,
): Promise<(FileLook | null)[]> {
  const looks = await Promise.all(
    encoded.map((_, index) => readLook(lookKey(keyOf(index)), cache)),
  );
  const missing = [...encoded.entries()].filter(
    ([index, { spec }]) =>
      looks[index] === null && spec.format !== 'svg' && !isMoving(source, spec),
  );
  if (missing.length === 0) return looks;
  const lane = 'in-turn';
  await pictureTurn(source, lane, () =>
    openPicture(source, lane, async (picture) => {
      for (const [index, file] of missing) {
        signal.throwIfAborted();
        const { spec } = file;
        const bytes = await file.read();
        const look = await encodeQueue(
          async () => lookOfFile(await picture.at(spec.crop, spec), bytes, spec.format),
          { lane },
        );
        looks[index] = look;
        await cache.put(lookKey(keyOf(index)), Buffer.from(JSON.stringify(look)));
      }
    }),
  );
  return looks;
}

/** Raise it when another measure or other defaults are compared. */
const lookVersion = 1;

/** The key of a file's look in the cache. */
export function lookKey(file: Sha256): Sha256 {
  return sha256(canonicalJson({ look: file, version: lookVersion }));
}

const score = v.pipe(v.number(), v.finite(), v.maxValue(100));
const lookShape = v.strictObject({
  quality: score,
  defaults: v.strictObject({
    bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
    quality: score,
  }),
});

/** `null`: it was not measured, or what the cache has is not a look. */
async function readLook(key: Sha256, cache: VariantCache): Promise<FileLook | null> {
  const bytes = (await cache.find(key)?.read()) ?? null;
  if (bytes === null) return null;
  const look = parseJson(lookShape, Buffer.from(bytes).toString('utf8'));
  return look.kind === 'damaged' ? null : look.value;
}
