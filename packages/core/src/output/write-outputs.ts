import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import { ownProcess } from '../process/process-mark.ts';
import type { Asset, AssetMap, DeliveredImage, EncodedFile, Sha256 } from '../types.ts';
import { type NameOf, plainName, type SourcesByName, toAsset } from './asset-map.ts';
import { type IsCached, isOurs } from './find-foreign-files.ts';
import { finishOutputs } from './finish-outputs.ts';
import type { PictureModule } from './open-module.ts';
import { type IsKnown, openOutputFolder, runToken } from './output-folder.ts';
import { journalName } from './output-name.ts';
import {
  type PreviousOutputs,
  readPreviousOutputs,
  renderJournal,
  renderWritten,
} from './previous-outputs.ts';

export interface OutputOptions {
  readonly previous: PreviousOutputs;
  /** The file names that the run may write, as far as they are known before anything is encoded. */
  readonly names: readonly string[];
  /** @default the name in the file's `spec` */
  readonly nameOf?: NameOf;
  /** @default none is written */
  readonly module?: PictureModule | null;
  /**
   * Whether an earlier run hashed a file with this `stat`.
   * @default none
   */
  readonly isKnown?: IsKnown;
  /** @default nothing is in the cache */
  readonly isCached?: IsCached;
  /** `file` is relative to the output folder. The asset map and the module are reported, too. */
  readonly onWritten: (file: string, bytes: number) => void;
  readonly onRemoved: (file: string) => void;
}

export interface OutputWriter {
  /**
   * Writes the files of an image that differ from those on the disk. May be called for many images at once. Throws a
   * TintypeError `output-not-ours` or `output-not-writable`, or the error of reading the encoded file. The image then keeps
   * its previous entry in the asset map. Resolves to the number of files that had to be written.
   */
  readonly write: (image: DeliveredImage) => Promise<number>;
  /** See `finishOutputs`. Called once, after every `write` has settled. */
  readonly finish: (order: readonly string[], sources?: SourcesByName) => Promise<AssetMap>;
}

/** libuv has a pool of 4 threads, so more writes at once would only use more memory. */
const filesAtOnce = 8;

/**
 * Writes images as they arrive. Overwrites and removes only files that an earlier run wrote, which it recognises by their
 * bytes: see `isOurs`. The run's own journal exists from its first write until the asset map is written. It gets the hash of
 * each file before the file is written, so that after a crash at any moment the next run recognises all files as ours. A run
 * does not touch the files of other running runs.
 */
export function writeOutputs(outDir: string, options: OutputOptions): OutputWriter {
  const { previous, names, nameOf = plainName, isKnown, isCached = () => false } = options;
  const { module = null, onWritten, onRemoved } = options;
  const token = runToken();
  const folder = openOutputFolder(outDir, token);
  const limit = pLimit(filesAtOnce);
  const delivered = new Map<string, Asset>();
  const written = new Map<string, Sha256>();
  const ownJournal = journalName(token);
  let journal: Promise<void> | null = null;

  const writeJournal = async () => {
    await folder.write(ownJournal, renderJournal(await ownProcess(), names), { flush: true });
  };

  /** 1 if the file had to be written, otherwise 0. */
  const writeFile = async (file: EncodedFile): Promise<number> => {
    const name = nameOf(file);
    // The kind is read before the bytes, because another run may write the same file in between.
    const kind = await folder.kindOf(name);
    if (await folder.holds(name, file, isKnown)) return 0;
    if (kind === 'other' || (kind === 'file' && !(await mayReplace(name, file.sha256)))) {
      throw new TintypeError(
        'output-not-ours',
        `${name} in ${outDir} was not written by Tintype, so it was not overwritten. ` +
          'Move it away, or choose another outDir.',
      );
    }
    journal ??= writeJournal();
    await journal;
    await folder.append(ownJournal, renderWritten({ file: name, sha256: file.sha256 }));
    // The file here has wrong bytes. If it is a hard link to the cached file, that is damaged, too: `read` notices and repairs it.
    const linkTo = (path: string) => file.linkTo(path);
    if (!(await folder.link(name, linkTo))) await folder.write(name, await file.read());
    written.set(name, file.sha256);
    onWritten(name, file.bytes);
    return 1;
  };

  const mayReplace = async (name: string, hash: Sha256): Promise<boolean> =>
    (await isOurs(folder, name, hash, previous, isCached)) ||
    // Another run may have written the file meanwhile.
    isOurs(folder, name, hash, await readPreviousOutputs(outDir), isCached);

  return {
    write: async (image) => {
      let writes = 0;
      for (const file of image.encoded) writes += await limit(() => writeFile(file));
      delivered.set(image.name, toAsset(image, nameOf));
      return writes;
    },

    finish: (order, sources) => {
      const hasJournal = journal !== null;
      const run = {
        outDir,
        folder,
        module,
        previous,
        journal: ownJournal,
        hasJournal,
        delivered,
        written,
      };
      return finishOutputs({ ...run, onWritten, onRemoved }, order, sources);
    },
  };
}
