import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Claim, claimFile, clearDeadClaims } from '../process/claim-file.ts';
import { TintypeError } from '../errors.ts';
import { ownProcess } from '../process/process-mark.ts';
import type { Asset, AssetMap, DeliveredImage, EncodedFile, Sha256 } from '../types.ts';
import { buildAssetMap, renderAssetMap, toAsset } from './asset-map.ts';
import { type IsCached, isOurs } from './find-foreign-files.ts';
import { type IsKnown, notWritable, openOutputFolder, runToken } from './output-folder.ts';
import { ASSET_MAP_NAME, FINISH_CLAIM_NAME, journalName, journalToken } from './output-name.ts';
import {
  type Journal,
  listedFiles,
  namesIn,
  type PreviousOutputs,
  readPreviousOutputs,
  renderJournal,
  renderWritten,
} from './previous-outputs.ts';

export interface OutputOptions {
  readonly previous: PreviousOutputs;
  /** Every file name that the run may write, as far as is known: `outputNames()` of each image. */
  readonly names: readonly string[];
  /** Of files that an earlier run hashed. @default none is */
  readonly isKnown?: IsKnown;
  /** @default nothing is */
  readonly isCached?: IsCached;
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

/** What is left to do at the end of a run, given what stands in the output folder. */
interface Ending {
  readonly assetMap: AssetMap;
  /** Of the asset map; `null` where it stands. */
  readonly text: string | null;
  readonly stale: ReadonlySet<string>;
  /** Journals of runs that were cut off, which this one sees to. */
  readonly leftOver: readonly Journal[];
  readonly isSettled: boolean;
}

/**
 * Writes images as they arrive. Overwrites and removes only what an earlier run wrote, and knows it by its bytes: see
 * `isOurs`. The run's own journal exists from its first write until the asset map is written, and notes the hash of each
 * file before that is written, so that a crash at any instant leaves files that the next run knows for its own. What a
 * run beside this one is at is left to it; the asset map is written by one at a time, each adding to what the other wrote.
 */
export function writeOutputs(outDir: string, options: OutputOptions): OutputWriter {
  const { previous, names, isKnown, isCached = () => false, onWritten, onRemoved } = options;
  const token = runToken();
  const folder = openOutputFolder(outDir, token);
  const limit = pLimit(FILES_AT_ONCE);
  const delivered = new Map<string, Asset>();
  const written = new Map<string, Sha256>();
  const ownJournal = journalName(token);
  let journal: Promise<void> | null = null;

  const writeJournal = async () => {
    await folder.write(ownJournal, renderJournal(await ownProcess(), names), { flush: true });
  };

  /** 1 where the file had to be written, else 0. */
  const writeFile = async (file: EncodedFile): Promise<number> => {
    const name = file.spec.file;
    // In this order, for a run beside this one may write the same file in between.
    const kind = await folder.kindOf(name);
    if (await folder.holds(name, file, isKnown)) return 0;
    if (kind === 'other' || (kind === 'file' && !(await mayReplace(name, file.sha256)))) {
      throw new TintypeError(
        'output-not-ours',
        `${name} in ${outDir} was not written by Tintype, so it is left alone. ` +
          'Move it away, or choose another outDir.',
      );
    }
    journal ??= writeJournal();
    await journal;
    await folder.append(ownJournal, renderWritten({ file: name, sha256: file.sha256 }));
    // What stands there is wrong; where it shares its bytes with the cache, so is that, which reading finds out.
    const linkTo = (path: string) => file.linkTo(path);
    if (!(await folder.link(name, linkTo))) await folder.write(name, await file.read());
    written.set(name, file.sha256);
    onWritten(name, file.bytes);
    return 1;
  };

  const mayReplace = async (name: string, wanted: Sha256): Promise<boolean> =>
    (await isOurs(folder, name, wanted, previous, isCached)) ||
    // A run beside this one may have written it since.
    isOurs(folder, name, wanted, await readPreviousOutputs(outDir), isCached);

  const lookAtEnd = async (order: readonly string[]): Promise<Ending> => {
    // As it is by now: a run beside this one may have delivered other images.
    const now = await readPreviousOutputs(outDir);
    const before = now.assetMap ?? previous.assetMap;
    const assetMap = buildAssetMap(before, delivered, order);
    const leftOver = now.journals.filter(({ isLeftOver }) => isLeftOver);
    const beside = now.journals.filter(
      ({ file, isLeftOver }) => !isLeftOver && file !== ownJournal,
    );
    const kept = new Set([...listedFiles(assetMap).map(({ file }) => file), ...namesIn(beside)]);
    const stale = new Set<string>();
    // Of runs that were cut off, and of images of this run that failed half-way.
    for (const [name, sha256] of [
      ...leftOver.flatMap((cutOff) => cutOff.written).map((one) => [one.file, one.sha256] as const),
      ...written,
    ]) {
      if (!kept.has(name) && (await folder.hashOf(name)) === sha256) stale.add(name);
    }
    for (const file of listedFiles(before)) {
      // One that was changed since is somebody else's now.
      if (!kept.has(file.file) && (await folder.holds(file.file, file))) stale.add(file.file);
    }
    const rendered = renderAssetMap(assetMap);
    const text = (await folder.readText(ASSET_MAP_NAME)) === rendered ? null : rendered;
    const hasClaims = (await folder.entries()).some((name) => name.startsWith(FINISH_CLAIM_NAME));
    const isSettled =
      journal === null && text === null && stale.size === 0 && leftOver.length === 0 && !hasClaims;
    return { assetMap, text, stale, leftOver, isSettled };
  };

  return {
    write: async (image) => {
      let writes = 0;
      for (const file of image.encoded) writes += await limit(() => writeFile(file));
      delivered.set(image.name, toAsset(image));
      return writes;
    },

    finish: async (order) => {
      const settled = await lookAtEnd(order);
      if (settled.isSettled) return settled.assetMap;
      const claim = await claimFinish(outDir);
      try {
        const { assetMap, text, stale, leftOver } = await lookAtEnd(order);
        // Before the asset map, for what it does not list is not known for ours any more.
        for (const name of stale) {
          await folder.remove(name);
          onRemoved(name);
        }
        if (text !== null) {
          await folder.write(ASSET_MAP_NAME, text, { flush: true });
          onWritten(ASSET_MAP_NAME, Buffer.byteLength(text));
        }
        const tokens = new Set(leftOver.map(({ file }) => journalToken(file) ?? ''));
        await folder.removeTemporaries([...namesIn(leftOver), ASSET_MAP_NAME], tokens);
        for (const { file } of leftOver) await folder.remove(file);
        await folder.remove(ownJournal);
        await clearDeadClaims(join(outDir, FINISH_CLAIM_NAME));
        return assetMap;
      } finally {
        await claim.release();
      }
    },
  };
}

/** One run at a time ends: it reads the asset map and writes it again. */
async function claimFinish(outDir: string): Promise<Claim> {
  try {
    // Waited for also by a run that was interrupted, whose files would else be nobody's.
    const claim = await claimFile(join(outDir, FINISH_CLAIM_NAME), new AbortController().signal);
    return claim!;
  } catch (cause) {
    throw notWritable(join(outDir, ASSET_MAP_NAME), cause);
  }
}
