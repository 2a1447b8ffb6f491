import type { PlannedImage } from '@tintype/core';
import type { Environment, Plugin, Rollup } from 'vite';
import { type AssetTarget, assetTarget, type Emitter, type PlacedFile } from './asset-target.ts';
import { type BuildRun, openBuildRun } from './build-run.ts';
import { buildPicture } from './built-picture.ts';
import { explain } from './explain.ts';
import { fillIn, lateForm, lateToken } from './late-pictures.ts';
import { linkFiles } from './link-files.ts';
import type { PluginRequest } from './plugin-options.ts';
import { logReporter } from './log-reporter.ts';
import { buildSummary, standInWarning } from './build-summary.ts';
import { shareRuns } from './share-run.ts';
import { unknownImage } from './unknown-image.ts';
import {
  moduleForm,
  namesIn,
  parseModuleId,
  renderIndex,
  renderLatePicture,
  renderPicture,
  type Wanted,
} from './virtual-modules.ts';
import { writeTypes } from './write-types.ts';

/** What an environment's build has seen so far. */
interface Seen {
  readonly run: BuildRun;
  readonly target: AssetTarget;
  /** The files of each module of ours. Kept over the rebuilds of a watcher, which need not load a module again. */
  readonly files: Map<string, readonly PlacedFile[]>;
  readonly late: Map<string, PlannedImage>;
  /** The names of the pictures that were handed out in this build. */
  readonly shipped: Set<string>;
}

const runs = shareRuns<BuildRun>();

/** What builds: the modules of pictures, and their files beside the bundle. */
export function buildPlugins({ options, types, importers }: PluginRequest): Plugin[] {
  const builds = new Map<Environment, Seen>();
  const seen = (environment: Environment): Seen => {
    const state = builds.get(environment);
    if (state === undefined) throw new Error('a module was loaded before the build began');
    return state;
  };
  const keyOf = (root: string) => JSON.stringify([root, options], named);

  const modules: Plugin = {
    name: 'tintype:build',
    apply: 'build',
    enforce: 'pre',
    sharedDuringBuild: true,

    async buildStart() {
      const { environment } = this;
      const { root, logger } = environment.config;
      const report = logReporter(logger);
      try {
        const run = await runs.join(keyOf(root), environment, () =>
          openBuildRun({ cwd: root, options, report }),
        );
        const files = builds.get(environment)?.files ?? new Map<string, readonly PlacedFile[]>();
        builds.set(environment, {
          run,
          target: assetTarget(environment),
          files,
          late: new Map(),
          shipped: new Set(),
        });
        await writeTypes(run.project, environment.config, types);
        for (const file of run.project.watched) this.addWatchFile(file);
      } catch (error) {
        this.error(await explain(error, root, []));
      }
    },

    load: {
      filter: { id: moduleForm },
      async handler(id) {
        const wanted = parseModuleId(id);
        if (wanted === null) return null;
        const state = seen(this.environment);
        const { run } = state;
        if (wanted.kind === 'index') {
          return module(renderIndex(namesIn(wanted.folder, run.project.images.keys())));
        }
        const image = run.project.find(wanted.name);
        if (image === null) {
          const importer = importers.get(id)?.split('?')[0];
          this.error(await unknownImage(run.project, wanted.name, importer, wanted.name));
        }
        if (run.isLate(image)) {
          state.late.set(id, image);
          return module(renderLatePicture(lateToken(id)));
        }
        try {
          return module(renderPicture(await pictureOf(this, state, id, wanted, image)));
        } catch (error) {
          this.error(await explain(error, run.project.config.root, run.project.jobs));
        }
      },
    },

    async buildEnd(failure) {
      const state = builds.get(this.environment);
      if (state === undefined) return;
      const { run, late } = state;
      if (failure !== undefined) return run.settled();
      try {
        await run.buy([...late.values()]);
      } catch (error) {
        this.error(await explain(error, run.project.config.root, run.project.jobs));
      }
    },

    renderChunk: {
      order: 'pre',
      filter: { code: lateForm },
      async handler(code) {
        if (!lateForm.test(code)) return null;
        const state = seen(this.environment);
        return fillIn(code, async (id) => {
          const wanted = parseModuleId(id);
          const image = state.late.get(id);
          if (wanted?.kind !== 'picture' || image === undefined) throw new Error(`what is ${id}?`);
          return JSON.stringify(await pictureOf(this, state, id, wanted, image));
        });
      },
    },

    generateBundle: {
      // Before Vite writes its manifest.
      order: 'pre',
      async handler(_, bundle) {
        const { target, files } = seen(this.environment);
        if (target.isInBundle) return;
        for (const output of Object.values(bundle)) {
          if (output.type !== 'chunk') continue;
          for (const { fileName, file } of filesOf([output], files)) {
            output.viteMetadata?.importedAssets.add(fileName);
            if (target.delivery !== 'bundle') continue;
            this.emitFile({ type: 'asset', fileName, source: await file.read() });
          }
        }
      },
    },

    async writeBundle({ dir }, bundle) {
      const { target, files } = seen(this.environment);
      if (target.delivery !== 'link' || dir === undefined) return;
      await linkFiles(dir, filesOf(Object.values(bundle), files));
    },

    closeBundle() {
      const state = builds.get(this.environment);
      if (state !== undefined) say(this.environment, state);
      runs.leave(keyOf(this.environment.config.root), this.environment);
    },
  };

  /** What was in the bundle for its URL alone leaves it again, for its bytes come by another way. */
  const withoutEmpty: Plugin = {
    name: 'tintype:without-empty',
    apply: 'build',
    enforce: 'post',
    sharedDuringBuild: true,
    generateBundle: {
      // After Vite has written its manifest.
      order: 'post',
      handler(_, bundle) {
        const { target, files } = seen(this.environment);
        if (!target.isInBundle || target.delivery === 'bundle') return;
        for (const { fileName } of [...files.values()].flat()) delete bundle[fileName];
      },
    },
  };

  return [modules, withoutEmpty];
}

/** The files of the modules that are in chunks. */
function filesOf(outputs: readonly Output[], files: Seen['files']): PlacedFile[] {
  const chunks = outputs.filter((output) => output.type === 'chunk');
  return chunks.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => files.get(id) ?? []));
}

type Output = Rollup.OutputChunk | Rollup.OutputAsset;

/** What the environment's build made, and what it should not have had to ship. */
function say({ config: { logger } }: Environment, { run, shipped }: Seen): void {
  if (shipped.size === 0) return;
  const pictures = [...shipped].flatMap((name) => run.delivered.get(name) ?? []);
  const standIns = pictures.filter(({ original }) => original.source.isStandIn);
  if (standIns.length > 0) logger.warn(`[tintype] ${standInWarning(standIns)}`);
  logger.info(`[tintype] ${buildSummary(pictures, run.bill())}`);
  shipped.clear();
}

type PictureWanted = Extract<Wanted, { kind: 'picture' }>;

async function pictureOf(
  context: { readonly environment: Environment } & Emitter,
  { run, target, files, shipped }: Seen,
  id: string,
  { inlining }: PictureWanted,
  image: PlannedImage,
) {
  const delivered = await run.deliver(image);
  const built = await buildPicture(delivered, inlining, target, {
    environment: context.environment,
    emitter: context,
  });
  files.set(id, built.files);
  shipped.add(image.name);
  return built.picture;
}

function module(code: string) {
  return { code, moduleSideEffects: false, map: { mappings: '' as const } };
}

/** Functions by their name, so that two readings of one config are one. */
function named(_: string, value: unknown): unknown {
  return typeof value === 'function' ? `function ${value.name}` : value;
}
