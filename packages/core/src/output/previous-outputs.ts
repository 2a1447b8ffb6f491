import * as v from 'valibot';
import { isGone, processMark } from '../process/process-mark.ts';
import { parseJson, sha256Hash } from '../schema.ts';
import type { AssetFile, AssetMap, ProcessMark, Sha256 } from '../types.ts';
import { openOutputFolder, type OutputFolder } from './output-folder.ts';
import { assetMapName, isJournalName, isOutputName } from './output-name.ts';
import { parseAssetMap } from './parse-asset-map.ts';

/**
 * What earlier runs noted in the output folder. The notes may come with a clone, so that a name is listed does not yet make the
 * file ours.
 */
export interface PreviousOutputs {
  /** `null`: none, or damaged. */
  readonly assetMap: AssetMap | null;
  /** The hashes of the asset map's files, by name. */
  readonly listed: ReadonlyMap<string, Sha256>;
  /** The journals of runs that were killed, and of runs that are still running. */
  readonly journals: readonly Journal[];
  /** The hashes of our files: from the asset map, which may be incomplete or full of merge markers, and from the journals. */
  readonly hashes: ReadonlySet<Sha256>;
}

/** The notes of one run about the files that it writes, until it ends. */
export interface Journal {
  /** The journal's own name in the output folder. */
  readonly file: string;
  /** The names that it may write. */
  readonly names: readonly string[];
  /** The hashes of the files that it was about to write. */
  readonly written: readonly WrittenFile[];
  /** Whether the run was killed, so that the next one removes its leftovers. */
  readonly isLeftOver: boolean;
}

export interface WrittenFile {
  readonly file: string;
  readonly sha256: Sha256;
}

export async function readPreviousOutputs(outDir: string): Promise<PreviousOutputs> {
  const folder = openOutputFolder(outDir);
  // The journals are read first: another run writes the asset map before it removes its journal, so its files are in at least
  // one of the two.
  const journals = await readJournals(folder);
  const text = await folder.readText(assetMapName);
  const assetMap = text === null ? null : parseAssetMap(text);
  const listed = new Map(listedFiles(assetMap).map(({ file, sha256 }) => [file, sha256]));
  const hashes = new Set(assetMap === null ? hashesIn(text ?? '') : listed.values());
  for (const { written } of journals) for (const { sha256 } of written) hashes.add(sha256);
  return { assetMap, listed, journals, hashes };
}

/** The hashes of files in a map that is no longer JSON, because a merge leaves the lines of both sides in it. */
function hashesIn(text: string): Sha256[] {
  return Array.from(text.matchAll(/"sha256": ?"([0-9a-f]{64})"/g), ([, hash]) => hash as Sha256);
}

export function namesIn(journals: readonly Journal[]): string[] {
  return journals.flatMap(({ names, written }) => [...names, ...written.map(({ file }) => file)]);
}

/** The files of all images of an asset map. */
export function listedFiles(assetMap: AssetMap | null): AssetFile[] {
  return Object.values(assetMap?.images ?? {}).flatMap(({ files }) => files);
}

/** The first line of a journal. */
export function renderJournal(process: ProcessMark, names: readonly string[]): string {
  return `${JSON.stringify({ process, names })}\n`;
}

/** The line that is appended before a file is written. */
export function renderWritten({ file, sha256 }: WrittenFile): string {
  return `${JSON.stringify([file, sha256])}\n`;
}

async function readJournals(folder: OutputFolder): Promise<Journal[]> {
  const journals: Journal[] = [];
  for (const file of (await folder.entries()).filter(isJournalName)) {
    const text = await folder.readText(file);
    // Another run has ended and removed its journal meanwhile.
    if (text === null) continue;
    const { process, names, written } = parseJournal(text);
    const isLeftOver = process === null || (await hasEnded(process, file, folder));
    journals.push({ file, names, written, isLeftOver });
  }
  return journals;
}

/** No run takes this long. */
const aDayMs = 24 * 60 * 60 * 1000;

async function hasEnded(mark: ProcessMark, file: string, folder: OutputFolder): Promise<boolean> {
  return (await isGone(mark)) ?? ((await folder.ageMs(file)) ?? 0) > aDayMs;
}

const outputName = v.pipe(
  v.string(),
  v.check((name) => isOutputName(name)),
);
const journalHead = v.object({ process: processMark, names: v.array(outputName) });
const writtenLine = v.strictTuple([outputName, sha256Hash]);

/** A damaged line is ignored, because the last one may be half written. */
function parseJournal(text: string): {
  readonly process: ProcessMark | null;
  readonly names: readonly string[];
  readonly written: readonly WrittenFile[];
} {
  const [first = '', ...lines] = text.split('\n');
  const head = parseJson(journalHead, first);
  const written = lines.flatMap((line): WrittenFile[] => {
    const parsed = parseJson(writtenLine, line);
    return parsed.kind === 'value' ? [{ file: parsed.value[0], sha256: parsed.value[1] }] : [];
  });
  return head.kind === 'value'
    ? { process: head.value.process, names: head.value.names, written }
    : { process: null, names: [], written };
}
