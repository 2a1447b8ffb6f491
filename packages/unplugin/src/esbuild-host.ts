import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PlacedFile } from '@tintype/core/modules';
import type { BuildOptions, BuildResult, OnEndResult } from 'esbuild';
import type { UnpluginBuildContext } from 'unplugin';
import type { Host } from './host.ts';

interface EsbuildHost {
  readonly host: Host;
  readonly begin: (options: BuildOptions) => void;
  /** Delivers the files of a build without errors. `end` ends what all bundlers have in common. */
  readonly finish: (
    result: BuildResult,
    end: (context: UnpluginBuildContext) => Promise<void>,
  ) => Promise<OnEndResult>;
}

/** esbuild, whose plugins write files themselves. It tells them neither that it watches nor, until its end, of warnings. */
export function esbuildHost(): EsbuildHost {
  let options: BuildOptions = {};
  let files = new Map<string, PlacedFile>();
  const warnings: string[] = [];
  const folder = () => options.absWorkingDir ?? process.cwd();
  return {
    host: {
      folder,
      // It writes ids into comments, where a NUL would be.
      idOf: (specifier) => specifier,
      // As esbuild's own loader "file" does.
      publicPath: () => ({ text: options.publicPath ?? './' }),
      begin: () => false,
      beginModule: () => {},
      continuesAfterFailure: true,
      emit: async (placed) => {
        for (const one of placed) files.set(one.fileName, one);
      },
      warn: (message) => void warnings.push(message),
      // Its results have no place for it, so it goes where esbuild itself writes, if that is to say more than warnings.
      inform: (message) => {
        const { logLevel = 'warning' } = options;
        if (talkative.has(logLevel)) process.stderr.write(`[tintype] ${message}\n`);
      },
    },
    begin: (given) => {
      options = given;
    },
    finish: async (result, end) => {
      const delivered = [...files.values()];
      files = new Map();
      const outDir = outDirOf(options, folder());
      if (result.errors.length === 0) {
        for (const file of delivered) {
          const path = resolve(outDir, file.fileName);
          if (options.write === false) result.outputFiles?.push(await inMemory(path, file));
          else await link(path, file);
        }
      }
      await end({} as UnpluginBuildContext);
      return { warnings: warnings.splice(0).map((text) => ({ text })) };
    },
  };
}

const talkative: ReadonlySet<string> = new Set(['verbose', 'debug', 'info']);

function outDirOf({ outdir, outfile }: BuildOptions, folder: string): string {
  if (outdir !== undefined) return resolve(folder, outdir);
  return outfile === undefined ? folder : dirname(resolve(folder, outfile));
}

async function inMemory(path: string, { file }: PlacedFile) {
  const contents = new Uint8Array(await file.read());
  return { path, contents, hash: file.sha256, text: '' };
}

/** A file that exists has the same name, and so the same hash. It differs only if a build was cut off. */
async function link(path: string, { file }: PlacedFile): Promise<void> {
  const existing = await stat(path).catch(() => null);
  if (existing?.size === file.bytes) return;
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await file.linkTo(path);
}
