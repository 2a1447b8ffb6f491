import type { Context } from '../context.ts';
import type { CachedVariants, KnownVariants } from '../image/derive-variants.ts';
import { readPart, writePart } from './snapshot.ts';

/**
 * What the images of an unchanged plan became in the cache, by their names, so that a bundler needs neither a key for each
 * file nor the index. That a file's bytes are still there is checked when they are asked for, as with the index.
 */
export interface RememberedVariants {
  readonly find: (name: string) => KnownVariants | null;
  /** Notes what an image became in this run. */
  readonly add: (name: string, variants: CachedVariants) => void;
  /** Remembers what was noted, if it is new. Never rejects: the next run asks the index. */
  readonly close: () => Promise<void>;
}

/** `fingerprint`: of the plan; `null`: it is not remembered, and neither are these. */
export function rememberedVariants(
  context: Context,
  ids: readonly string[],
  fingerprint: string | null,
): RememberedVariants {
  if (fingerprint === null) return { find: () => null, add: () => {}, close: async () => {} };
  let opened: Map<string, KnownVariants> | undefined;
  const open = () => {
    const { images = [] } = readPart(context, ids, 'variants', fingerprint) ?? {};
    return new Map(images.map(({ name, ...variants }) => [name, variants]));
  };
  const images = () => (opened ??= open());
  const noted = new Map<string, CachedVariants>();
  return {
    find: (name) => images().get(name) ?? null,
    add: (name, variants) => noted.set(name, variants),
    close: async () => {
      let isNew = false;
      for (const [name, { files, preview }] of noted) {
        const known = images().get(name)?.entries;
        const entries = files.map((file) => file.entry()).filter((entry) => entry !== null);
        // The same objects, unless a file was made again or looked at more closely.
        if (
          entries.length === files.length &&
          entries.every((entry, at) => entry === known?.[at])
        ) {
          continue;
        }
        isNew = true;
        if (entries.length === files.length) images().set(name, { entries, preview });
        else images().delete(name);
      }
      if (!isNew) return;
      const listed = [...images()].map(([name, variants]) => ({ ...variants, name }));
      try {
        await writePart(context, ids, 'variants', { fingerprint, images: listed });
      } catch {
        // See above.
      }
    },
  };
}
