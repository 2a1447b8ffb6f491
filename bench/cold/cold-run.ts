import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant } from '../support/compare.ts';
import { storedProject } from '../support/stored-project.ts';
import type { Emulator } from './emulator.ts';

export interface ColdRun {
  readonly name: string;
  /** Fields that all images have, in YAML. */
  readonly fields: string;
  readonly images: number;
  /** The URL of the API that sells all images. `null`: they are in the store or stand-ins. */
  readonly api: Emulator | null;
  /** @default 'buy' */
  readonly missing?: 'buy' | 'standin';
  /** The folder of the originals, 000.png and on. */
  readonly stock: string;
  /** The built command line. */
  readonly cli: string;
}

/** How many requests a run sends at once. */
export const inFlight = 8;

/** Runs the built command line without a cache and without outputs. */
export async function coldRun({
  name,
  fields,
  images: count,
  api,
  missing = 'buy',
  stock,
  cli,
}: ColdRun): Promise<Contestant> {
  const images = Array.from({ length: count }, (_, at) => `  p${at}: { prompt: Picture ${at} }`);
  const manifest = [
    'defaults: { decorative: true }',
    `presets: { all: ${fields} }`,
    'images:',
    ...images.map((image) => image.replace('{', '{ preset: all,')),
  ].join('\n');
  const files = {
    'a.images.yaml': manifest,
    'tintype.config.json': JSON.stringify({ concurrency: inFlight }),
  };
  const stored = Array.from({ length: count }, (_, at) =>
    join(stock, `${String(at).padStart(3, '0')}.png`),
  );
  const project = await storedProject(files, stored);
  return {
    name,
    command: [process.execPath, cli, '--root', project.root],
    env: {
      TINTYPE_MISSING: missing,
      TINTYPE_MAX_COST: 'none',
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: api?.baseUrl ?? 'http://127.0.0.1:9/v1',
    },
    before: async () => {
      const isStored = api === null && missing === 'buy';
      const folders = [project.outDir, project.cacheDir, ...(isStored ? [] : [project.storeDir])];
      for (const dir of folders) await rm(dir, { recursive: true, force: true });
      await api?.reset();
    },
  };
}
