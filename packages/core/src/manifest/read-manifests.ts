import { dirname, join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { sha256 } from '../hash.ts';
import type { ProjectFiles } from '../fs/project-files.ts';
import type { ReadResult } from '../fs/read-inside.ts';
import type { Diagnostic, Finding, ImageEntry, Manifest, Sha256 } from '../types.ts';
import { type FileSearch, findManifests } from './find-manifests.ts';
import { type ParsedEntry, type ParsedManifest, parseManifest } from './parse-manifest.ts';
import { parseRows } from './parse-rows.ts';
import { maxTextBytes } from './read-text.ts';
import { diagnoseFile } from './source-text.ts';

export interface ManifestSearch extends FileSearch {
  readonly files: ProjectFiles;
}

export interface ReadManifests {
  /** In the order of their paths. */
  readonly manifests: readonly Manifest[];
  readonly diagnostics: readonly Diagnostic[];
  /** All files that were read, manifests and data files: the sha-256 of their bytes by path. */
  readonly texts: ReadonlyMap<string, Sha256>;
}

/** Finds, reads and parses every manifest of a project, and the data files that their `each` names. */
export async function readManifests(search: ManifestSearch): Promise<ReadManifests> {
  const files = await findManifests(search, search.files.paths);
  const texts = new Map<string, Sha256>();
  const readText: ReadTextFile = async (path) => {
    const read = await openFiles(() => search.files.read(path, maxTextBytes));
    if ('bytes' in read) texts.set(read.file, sha256(read.bytes));
    return read;
  };
  const read = await Promise.all(files.map((file) => readManifest(search.root, file, readText)));
  return {
    texts,
    manifests: read.flatMap(({ manifest }) => (manifest === null ? [] : [manifest])),
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** A project may have more files than a process may open at once. */
const openFiles = pLimit(64);

type ReadTextFile = (path: string) => Promise<ReadResult>;

async function readManifest(
  root: string,
  file: string,
  readTextFile: ReadTextFile,
): Promise<{ manifest: Manifest | null; diagnostics: readonly Diagnostic[] }> {
  const read = await readTextFile(join(root, file));
  if ('problem' in read) {
    const finding = { code: codeOf(read), message: read.problem };
    return { manifest: null, diagnostics: [diagnoseFile(file, finding)] };
  }
  const { manifest, diagnostics } = parseManifest(file, read.bytes);
  if (manifest === null) return { manifest: null, diagnostics };

  const entries = await Promise.all(
    manifest.images.map((entry) => completeEntry(root, manifest, entry, readTextFile)),
  );
  return {
    manifest: { ...manifest, images: entries.map(({ image }) => image) },
    diagnostics: [...diagnostics, ...entries.flatMap((entry) => entry.diagnostics)],
  };
}

/** An entry with its rows, which are read from a data file if necessary. */
async function completeEntry(
  root: string,
  manifest: ParsedManifest,
  { each, ...entry }: ParsedEntry,
  readTextFile: ReadTextFile,
): Promise<{ image: ImageEntry; diagnostics: readonly Diagnostic[] }> {
  if (typeof each !== 'string') {
    const rows = each?.map((values) => ({ values, place: null })) ?? null;
    return { image: { ...entry, rows }, diagnostics: [] };
  }
  const path = ['images', entry.id, 'each'];
  const broken = [...entry.broken, 'each'] as const;
  const read = await readTextFile(resolve(root, dirname(manifest.file), each));
  if ('problem' in read) {
    const finding = { code: codeOf(read), message: `each: ${read.problem}` };
    return {
      image: { ...entry, rows: null, broken },
      diagnostics: [manifest.diagnose(path, finding)],
    };
  }
  const { rows, diagnostics } = parseRows(read.file, read.bytes);
  return rows.length === 0
    ? { image: { ...entry, rows: null, broken }, diagnostics }
    : {
        image: {
          ...entry,
          rows,
          ...(diagnostics.some(({ severity }) => severity === 'error') && {
            broken: [...entry.broken, 'rows'],
          }),
        },
        diagnostics,
      };
}

function codeOf({ isTooLarge }: { readonly isTooLarge?: true }): Finding['code'] {
  return isTooLarge ? 'file-too-large' : 'not-readable';
}
