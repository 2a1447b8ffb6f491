import { isRemote, type PlannedImage } from '@tintype/core';
import {
  emptyFolder,
  explain,
  markupOfFiles,
  markupProblem,
  moduleForm,
  parseModuleId,
  PlacedError,
  pointAtWritten,
  queryProblem,
  renderIndex,
  renderLateMarkup,
  renderLatePicture,
  renderMarkup,
  renderPicture,
  sourcesIn,
  standInWarning,
  unknownImage,
  type Wanted,
  withoutStyles,
} from '@tintype/core/modules';
import type { Environment, Plugin } from 'vite';
import { assetTarget, type Emitter } from './asset-target.ts';
import { openBuildRun, runOnDemand, type RunOnDemand } from './build-run.ts';
import { type Builds, type BuildState, lateUrlIn, openedRun, placeLate } from './build-state.ts';
import { buildSummary } from './build-summary.ts';
import { buildPicture } from './built-picture.ts';
import { fillIn, lateForm, lateToken } from './late-pictures.ts';
import { linkFiles } from './link-files.ts';
import { logReporter } from './log-reporter.ts';
import { nameConflict } from './name-conflicts.ts';
import { isVite } from './host.ts';
import type { PluginRequest } from './plugin-options.ts';
import { shellEnv } from './shell-env.ts';
import { shareRuns } from './share-run.ts';
import { warnOfPublicOutputs } from './public-outputs.ts';
import { lacksTypes, writeTypes } from './write-types.ts';

/** The runs of all plugins of a process, because each environment may be built by its own plugin. */
const runs = shareRuns<RunOnDemand>();

/** The modules of pictures in a build, and the start and end of the run that they belong to. */
export function buildPlugin(
  { options, types, root: projectRoot, importers }: PluginRequest,
  builds: Builds,
): Plugin {
  const keyOf = (root: string) => JSON.stringify([root, projectRoot, options], named);

  return {
    name: 'tintype:build',
    apply: 'build',
    enforce: 'pre',
    sharedDuringBuild: true,

    async buildStart() {
      const { environment } = this;
      // The host plugin reports that it needs Vite; Rolldown does not wait for it.
      if (!isVite(this)) return;
      const { root, logger } = environment.config;
      const report = logReporter(logger);
      const shared = runs.join(keyOf(root), environment, () =>
        runOnDemand(() =>
          openBuildRun({
            cwd: root,
            root: projectRoot,
            env: shellEnv,
            options,
            report,
            ...(isWatched(environment) && never),
          }),
        ),
      );
      const run = runOnDemand(async () => {
        const opened = await shared.open().catch(async (error: unknown) => {
          throw await explain(error, root, []);
        });
        await writeTypes(opened.project, environment.config, types);
        warnOfPublicOutputs(opened.project.config, environment.config);
        return opened;
      });
      builds.begin(environment, run, assetTarget(environment));
      if (!isWatched(environment) && !lacksTypes(environment.config, types)) return;
      // In a watch, a module that has not changed may not be loaded again, so the files to watch are named here.
      try {
        const { project } = await run.open();
        for (const file of project.watched) this.addWatchFile(file);
      } catch (error) {
        // A watching build then notices when the file is fixed.
        if (error instanceof PlacedError && error.id !== undefined) this.addWatchFile(error.id);
        this.error(error as Error);
      }
    },

    load: {
      filter: { id: moduleForm },
      async handler(id) {
        const request = parseModuleId(id);
        if (request === null) return null;
        const state = builds.of(this.environment);
        const { project, isLate } = await state.run.open();
        const importer = importers.get(id)?.split('?')[0];
        const problem = queryProblem(id);
        if (problem !== null) {
          this.error(await pointAtWritten(project.config.root, problem, importer, id.slice(1)));
        }
        if (request.kind === 'index') {
          const empty = emptyFolder(request.folder, project.listed);
          if (empty !== null) this.warn(empty);
          return module(renderIndex(request, project.listed));
        }
        const image = project.find(request.name);
        if (image === null) {
          this.error(await unknownImage(project, request.name, importer, request.name));
        }
        const noMarkup = request.kind === 'markup' ? markupProblem(image.job) : null;
        if (noMarkup !== null) this.error(noMarkup);
        if (isLate(image)) {
          state.late.set(id, image);
          const token = lateToken(id);
          if (request.kind === 'markup') return module(renderLateMarkup(token));
          return module(renderLatePicture(token, sourcesIn(image, request.inlining)));
        }
        try {
          if (request.kind === 'markup') {
            return module(renderMarkup(await markupIn(state, image)));
          }
          const picture = await pictureOf(this, state, id, request, image);
          return module(renderPicture(picture, sourcesIn(image, request.inlining)));
        } catch (error) {
          this.error(await explain(error, project.config.root, project.jobs));
        }
      },
    },

    async buildEnd(failure) {
      const state = builds.find(this.environment);
      const run = state?.run.opened() ?? null;
      if (state === undefined || run === null) return;
      if (failure !== undefined) return run.settled();
      try {
        await run.buy([...state.late.values()]);
      } catch (error) {
        this.error(await explain(error, run.project.config.root, run.project.jobs));
      }
    },

    async closeBundle() {
      if (!isVite(this)) return;
      const state = builds.find(this.environment);
      if (state !== undefined) say(this.environment, state);
      const last = runs.leave(keyOf(this.environment.config.root), this.environment);
      await last?.opened()?.project.close();
    },
  };
}

/** Puts pictures that were bought before the chunks were rendered into the chunks, and their files beside the chunks. */
export function emitPlugin(builds: Builds): Plugin {
  return {
    name: 'tintype:emit',
    apply: 'build',
    enforce: 'pre',
    sharedDuringBuild: true,

    renderChunk: {
      // This must run before Vite inserts the URLs of assets.
      order: 'pre',
      filter: { code: lateForm },
      async handler(code, chunk) {
        if (!lateForm.test(code)) return null;
        const state = builds.of(this.environment);
        const jsonOf = async (id: string) => {
          const request = parseModuleId(id);
          const image = state.late.get(id);
          if (request === null || request.kind === 'index' || image === undefined) {
            throw new Error(`what is ${id}?`);
          }
          if (request.kind === 'markup') return JSON.stringify(await markupIn(state, image));
          return JSON.stringify(await pictureOf(this, state, id, request, image));
        };
        const host = { fileName: chunk.fileName, type: 'css' } as const;
        return fillIn(code, jsonOf, (file) => lateUrlIn(state, file, host));
      },
    },

    generateBundle: {
      // This must run before Vite writes its manifest.
      order: 'pre',
      handler(_, bundle) {
        const state = builds.of(this.environment);
        const { target, modules, pages, lateInStyles, placed } = state;
        placed.length = 0;
        for (const [id, files] of lateInStyles) {
          pages.set(id, [...(pages.get(id) ?? []), ...files.map((file) => placeLate(state, file))]);
        }
        // Searching a bundle takes time for every module in it, including those of other plugins.
        if (modules.size === 0 && pages.size === 0) return;
        for (const output of Object.values(bundle)) {
          if (output.type !== 'chunk') continue;
          const files = output.moduleIds.flatMap((id) => modules.get(id) ?? []);
          placed.push(...files);
          const inStyles = output.moduleIds.flatMap((id) => pages.get(id) ?? []);
          for (const { fileName } of [...files, ...inStyles]) {
            // Files in the bundle are in Vite's manifest, too.
            if (!target.hasEmitted(fileName)) output.viteMetadata?.importedAssets.add(fileName);
          }
        }
      },
    },

    async writeBundle({ dir }) {
      const state = builds.of(this.environment);
      state.outDir = dir ?? null;
      await deliver(state, builds.all());
    },
  };
}

/**
 * Puts files below the output folder after a build has been written. Files that only a server's pages show go among the
 * client's, because the server keeps none. It does not matter which of the two is written first.
 */
async function deliver(written: BuildState, all: readonly BuildState[]): Promise<void> {
  for (const to of all) {
    if (to.outDir === null) continue;
    const replaced = all.filter((from) => isKeptBy(to, from));
    const files = replaced.flatMap(({ placed }) => placed);
    const conflict = nameConflict(files, () => null);
    if (conflict !== null) throw new PlacedError(conflict);
    for (const from of replaced) {
      if (from !== written && to !== written) continue;
      await linkFiles(to.outDir, from.placed, from.target.isNamedByContent);
    }
  }
}

function isKeptBy(to: BuildState, from: BuildState): boolean {
  if (to.target.delivery !== 'link') return false;
  if (from === to) return true;
  return from.target.delivery === 'none' && to.environment.config.consumer === 'client';
}

/** Logs what the environment's build made, and the stand-ins that it ships. */
function say(environment: Environment, state: BuildState): void {
  const { shipped } = state;
  if (shipped.size === 0) return;
  const run = openedRun(state);
  const pictures = [...shipped].flatMap((name) => run.delivered.get(name) ?? []);
  const standIns = pictures.filter(({ original }) => original.source.isStandIn);
  const { logger } = environment.config;
  if (standIns.length > 0)
    logger.warn(`[tintype] ${standInWarning(standIns, isWatched(environment))}`);
  logger.info(`[tintype] ${buildSummary(pictures, run.bill())}`);
  shipped.clear();
}

/** A watching build runs at every save and could buy each time, so it draws missing pictures, whatever the settings say. */
const never = { missing: 'standin' } as const;

function isWatched({ config }: Environment): boolean {
  return Boolean(config.build.watch);
}

type PictureWanted = Extract<Wanted, { kind: 'picture' }>;

async function pictureOf(
  emitter: Emitter,
  { run, target, modules, shipped, environment, inlineStyles }: BuildState,
  id: string,
  { inlining }: PictureWanted,
  image: PlannedImage,
) {
  const delivered = await (await run.open()).deliver(image);
  const { picture, files } = await buildPicture(delivered, inlining, environment, {
    place: target.place,
    urlOf: (placed) => target.urlOf(placed, emitter),
  });
  modules.set(id, files);
  shipped.add(image.name);
  return inlineStyles ? picture : withoutStyles(picture);
}

/** The markup of a picture's SVG, which is in the bundle and needs no file. */
async function markupIn({ run, shipped }: BuildState, image: PlannedImage): Promise<string> {
  const { encoded } = await (await run.open()).deliver(image);
  shipped.add(image.name);
  return markupOfFiles(encoded);
}

function module(code: string) {
  return { code, moduleSideEffects: false, map: { mappings: '' as const } };
}

/** Compares functions by their name and remotes by their label, so that two readings of the same config are equal. */
function named(_: string, value: unknown): unknown {
  if (typeof value === 'function') return `function ${value.name}`;
  return isRemote(value) ? `remote ${value.label}` : value;
}
