import { type Dirent, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import glob from 'fast-glob';
import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import type { ProjectFiles } from '../fs/project-files.ts';
import type { ReadResult } from '../fs/read-inside.ts';
import type { Diagnostic, Finding, ImageEntry, Manifest, Sha256 } from '../types.ts';
import { foldersOf } from './folders-of.ts';
import { type ParsedEntry, type ParsedManifest, parseManifest } from './parse-manifest.ts';
import { parseRows } from './parse-rows.ts';
import { maxTextBytes } from './read-text.ts';
import { diagnoseFile } from './source-text.ts';

export interface ManifestSearch {
  /** Absolute. */
  readonly root: string;
  /** Globs, relative to the root. */
  readonly patterns: readonly string[];
  /** Absolute folders that are not searched for manifests. */
  readonly ignoredDirs: readonly string[];
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
  const files = await findManifests(search);
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

/**
 * Sorted paths, relative to the root. Does not search `node_modules`, dot-folders, `dist` or the ignored folders, and does not
 * follow links to folders. Everything else with a manifest's name counts as a manifest, and is a mistake if it cannot be read.
 */
async function findManifests({
  root,
  patterns,
  ignoredDirs,
  files: { paths },
}: ManifestSearch): Promise<string[]> {
  const ignored = ignoredDirs
    .map((dir) => slashed(relative(root, dir)))
    .filter((dir) => dir !== '' && !dir.startsWith('..'))
    .map((dir) => `${glob.escapePath(dir)}/**`);
  const entries = await glob([...patterns], {
    cwd: root,
    ignore: ['**/node_modules/**', '**/dist/**', '**/.*/**', '**/*.images.notes.yaml', ...ignored],
    followSymbolicLinks: false,
    onlyFiles: false,
    objectMode: true,
    unique: true,
    ...(paths !== null && { fs: foldersOf(root, paths) }),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'scandir') throw error;
    throw new TintypeError(
      'config',
      `${error.path} cannot be read (${error.code}), and manifests may be in it; set manifests in the config to the folders that yours are in`,
      { cause: error },
    );
  });
  const relativeToRoot = entries
    .filter(({ dirent, path }) => !isFolder(dirent, resolve(root, path)))
    .map(({ path }) => slashed(relative(root, resolve(root, path))));
  return [...new Set(relativeToRoot)].filter((file) => !file.startsWith('../')).toSorted();
}

function isFolder(entry: Pick<Dirent, 'isDirectory' | 'isSymbolicLink'>, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
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
