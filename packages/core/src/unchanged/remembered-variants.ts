import type { Context } from '../context.ts';
import type { CachedVariants, RestorableVariants } from '../image/derive-variants.ts';
import { readPart, writePart } from './snapshot.ts';

/**
 * The cached files of each image of an unchanged plan, by image name. With them, a bundler needs neither the cache's index nor a
 * key for each file. Whether a file's bytes still exist is checked when they are needed, as with the index.
 */
export interface RememberedVariants {
  readonly find: (name: string) => RestorableVariants | null;
  /** Notes the files of an image in this run. */
  readonly add: (name: string, variants: CachedVariants) => void;
  /**
   * Writes the notes to the snapshot if something in them is new. Never rejects, because without them the next run reads the
   * index.
   */
  readonly close: () => Promise<void>;
}

/** `fingerprint`: the plan's; `null`: the plan is not remembered, so its files are not remembered either. */
export function rememberedVariants(
  context: Context,
  ids: readonly string[],
  fingerprint: string | null,
): RememberedVariants {
  if (fingerprint === null) return { find: () => null, add: () => {}, close: async () => {} };
  let opened: Map<string, RestorableVariants> | undefined;
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
      for (const [name, { files, better, preview }] of noted) {
        const known = images().get(name)?.entries;
        const entries = files.map((file) => file.entry()).filter((entry) => entry !== null);
        // These are the same objects, unless a file was encoded again or hashed again.
        if (
          entries.length === files.length &&
          entries.every((entry, at) => entry === known?.[at])
        ) {
          continue;
        }
        isNew = true;
        if (entries.length === files.length) images().set(name, { entries, better, preview });
        else images().delete(name);
      }
      if (!isNew) return;
      const listed = [...images()].map(([name, variants]) => ({ ...variants, name }));
      try {
        await writePart(context, ids, 'variants', { fingerprint, images: listed });
      } catch {
        // The next run reads the index instead.
      }
    },
  };
}
