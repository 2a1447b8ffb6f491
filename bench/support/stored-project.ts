import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { fileStore } from '../../packages/core/src/store/file-store.ts';
import type { Purchase } from '../../packages/core/src/store/store.ts';
import { loadProject, planProject, systemClock } from '../../packages/core/src/index.ts';

export interface StoredProject {
  readonly root: string;
  /** Absolute, as in the resolved config. */
  readonly outDir: string;
  readonly cacheDir: string;
  readonly storeDir: string;
}

export type Original = Pick<Purchase, 'bytes' | 'info'>;

/**
 * A project in the temporary folder with originals in its store, as if they had been bought, and without encoded files.
 * `files`: its manifests and its config, if any, by path. The originals are the pictures in turn, or what a function returns
 * for their number.
 */
export async function storedProject(
  files: Readonly<Record<string, string>>,
  pictures: readonly string[] | ((index: number) => Promise<Original>),
): Promise<StoredProject> {
  const root = await mkdtemp(join(tmpdir(), 'tintype-bench-project-'));
  await writeFile(join(root, 'package.json'), '{}');
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const project = await loadProject({ cwd: root, env: {}, root, overrides: {} });
  const context = {
    ...project,
    ...systemClock,
    signal: new AbortController().signal,
    report: () => {},
  };
  const { storeDir, outDir, cacheDir } = project.config;
  if (outDir === null) throw new Error('a project without the plugin has an output folder');
  const { requests } = await planProject(context);
  const originalOf = typeof pictures === 'function' ? pictures : await inTurn(pictures);
  const store = fileStore(storeDir);
  for (const [index, { key, request }] of requests.entries()) {
    if (key === null || request === null) throw new Error('an original cannot wait for another');
    await store.put({
      key,
      request,
      ...(await originalOf(index)),
      rejected: null,
      usage: null,
      costUsd: null,
      requestId: null,
      createdAt: new Date('2026-11-22T00:00:00Z'),
    });
  }
  return { root, outDir, cacheDir, storeDir };
}

async function inTurn(paths: readonly string[]): Promise<(index: number) => Promise<Original>> {
  const originals = await Promise.all(
    paths.map(async (path) => originalFrom(await readFile(path))),
  );
  return async (index) => originals[index % originals.length]!;
}

/** `bytes`: a PNG. */
export async function originalFrom(bytes: Uint8Array): Promise<Original> {
  const { width, height, hasAlpha } = await sharp(bytes).metadata();
  return { bytes, info: { format: 'png', width, height, hasAlpha } };
}
