import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import type { Asset, AssetMap, DeliveredImage, EncodedFile } from '../types.ts';
import { buildAssetMap, renderAssetMap, toAsset } from './asset-map.ts';
import { openOutputFolder } from './output-folder.ts';
import { ASSET_MAP_NAME, JOURNAL_NAME } from './output-name.ts';
import {
  listedFiles,
  namesOf,
  renderJournal,
  type PreviousOutputs,
  readOutputs,
  readPreviousOutputs,
} from './previous-outputs.ts';

export interface OutputOptions {
  readonly previous: PreviousOutputs;
  /** Every file name that the run may write, as far as is known: `outputNames()` of each image. */
  readonly names: readonly string[];
  /** `file` is relative to the output folder. The asset map is reported too. */
  readonly onWritten: (file: string, bytes: number) => void;
  readonly onRemoved: (file: string) => void;
}

export interface OutputWriter {
  /**
   * Writes an image's files where they differ from what stands on disk. May be called for many images at once. Throws a
   * TintypeError `output-not-ours` or `output-not-writable`, or what reading the encoded file throws; the image then has
   * no place in the asset map but its previous one. Resolves to how many files had to be written.
   */
  readonly write: (image: DeliveredImage) => Promise<number>;
  /**
   * Removes files of ours that are needed no more, and writes the asset map. Once, after every `write` has settled.
   * `order` is every name that has a place in the asset map, delivered this time or not.
   */
  readonly finish: (order: readonly string[]) => Promise<AssetMap>;
}

/** Fed by libuv's pool of 4 threads: more at once would only hold more buffers. */
const FILES_AT_ONCE = 8;

/**
 * Writes images as they arrive. Overwrites and removes only what an earlier run wrote: what the previous asset map lists,
 * and what the journal of a run that was cut off names. The journal stands from the first write until the asset map
 * does, so that a crash at any instant leaves files that the next run knows for its own.
 */
export function writeOutputs(outDir: string, options: OutputOptions): OutputWriter {
  const { previous, names, onWritten, onRemoved } = options;
  const folder = openOutputFolder(outDir);
  const ours = namesOf(previous);
  const limit = pLimit(FILES_AT_ONCE);
  const delivered = new Map<string, Asset>();
  const written = new Set<string>();
  let journal: Promise<void> | null = null;

  const writeJournal = async () => {
    // What is somebody else's is no business of the next run's either, should this one be cut off.
    const now = await readOutputs(outDir, names);
    const foreign = new Set(now.foreign);
    const mayWrite = names.filter((name) => !foreign.has(name));
    // What a run beside this one may write stays in it.
    const others = [...(previous.journal ?? []), ...(now.previous.journal ?? [])];
    const text = renderJournal(new Set([...others, ...mayWrite]));
    await folder.write(JOURNAL_NAME, text, { flush: true });
  };

  /** 1 where the file had to be written, else 0. */
  const writeFile = async (file: EncodedFile): Promise<number> => {
    const name = file.spec.file;
    // In this order, for a run beside this one may write the same file in between.
    const kind = await folder.kindOf(name);
    if (await folder.holds(name, file)) return 0;
    if (kind === 'other' || (kind === 'file' && !ours.has(name))) {
      throw new TintypeError(
        'output-not-ours',
        `${name} in ${outDir} was not written by Tintype, so it is left alone. ` +
          'Move it away, or choose another outDir.',
      );
    }
    journal ??= writeJournal();
    await journal;
    const bytes = await file.read();
    await folder.write(name, bytes);
    written.add(name);
    onWritten(name, bytes.length);
    return 1;
  };

  const remove = async (name: string) => {
    await folder.remove(name);
    onRemoved(name);
  };

  const removeStale = async (needed: ReadonlySet<string>) => {
    // Of a run that was cut off, and of images of this run that failed half-way.
    for (const name of new Set([...(previous.journal ?? []), ...written])) {
      if (!needed.has(name) && (await folder.kindOf(name)) === 'file') await remove(name);
    }
    for (const file of listedFiles(previous.assetMap)) {
      // One that was changed since is somebody else's now.
      if (!needed.has(file.file) && (await folder.holds(file.file, file))) await remove(file.file);
    }
  };

  return {
    write: async (image) => {
      let writes = 0;
      for (const file of image.encoded) writes += await limit(() => writeFile(file));
      delivered.set(image.name, toAsset(image));
      return writes;
    },

    finish: async (order) => {
      // As it is by now: a run beside this one may have delivered other images.
      const { assetMap: standing } = await readPreviousOutputs(outDir);
      const assetMap = buildAssetMap(standing ?? previous.assetMap, delivered, order);
      // Before the asset map, for what it does not list is not known for ours any more.
      await removeStale(new Set(listedFiles(assetMap).map(({ file }) => file)));
      const text = renderAssetMap(assetMap);
      if ((await folder.readText(ASSET_MAP_NAME)) !== text) {
        await folder.write(ASSET_MAP_NAME, text);
        onWritten(ASSET_MAP_NAME, Buffer.byteLength(text));
      }
      if (previous.journal !== null || journal !== null) {
        await folder.removeTemporaries([...(previous.journal ?? []), ASSET_MAP_NAME]);
        await folder.remove(JOURNAL_NAME);
      }
      return assetMap;
    },
  };
}
