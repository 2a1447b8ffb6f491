import { type PlannedImage, quickFilesText } from '@tintype/core';
import {
  assetNamer,
  emptyFolder,
  explain,
  importForm,
  inlinedPicture,
  markupOfFiles,
  markupProblem,
  moduleForm,
  moduleIdOf,
  type OpenProject,
  parseModuleId,
  PlacedError,
  placedPicture,
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
import type { UnpluginBuildContext, UnpluginOptions } from 'unplugin';
import { type Build, openBuild } from './build.ts';
import type { Host, LoadContext } from './host.ts';
import { splitOptions, type TintypeOptions } from './options.ts';
import { urlUnder, withPublicPath } from './public-path.ts';

/** The hooks that all bundlers have. A build never buys. */
export interface TintypeHooks extends Pick<
  UnpluginOptions,
  'name' | 'enforce' | 'buildStart' | 'resolveId' | 'load'
> {
  readonly buildEnd: (this: UnpluginBuildContext) => Promise<void>;
}

export function tintypeHooks(given: TintypeOptions | undefined, host: Host): TintypeHooks {
  const request = splitOptions(given ?? {});
  const name = assetNamer(request.assetFileNames);
  const importers = new Map<string, string>();
  let build: Build | undefined;
  let isWatching = false;

  const publicPath = () =>
    request.publicPath === undefined ? host.publicPath() : { text: request.publicPath };

  const codeOf = async (
    build: Build,
    wanted: Exclude<Wanted, { kind: 'index' }>,
    image: PlannedImage,
    context: LoadContext,
  ): Promise<string> => {
    if (wanted.kind === 'markup') {
      return renderMarkup(await markupOfFiles((await build.deliver(image)).encoded));
    }
    const delivered = await build.deliver(image);
    const sources = sourcesIn(image, wanted.inlining);
    const styled = request.inlineStyles ? <T>(picture: T) => picture : withoutStyles;
    if (wanted.inlining === 'always') {
      return renderPicture(styled(await inlinedPicture(delivered)), sources);
    }
    const path = publicPath();
    const { picture, files } = await placedPicture(delivered, {
      place: (file) => ({ fileName: name(file.spec.file, file.sha256), file }),
      urlOf: ({ fileName }) => urlUnder(path, fileName),
    });
    await host.emit(files, context);
    return withPublicPath(renderPicture(styled(picture), sources), path);
  };

  const load = async (build: Build, id: string, context: LoadContext): Promise<string> => {
    const wanted = parseModuleId(id);
    if (wanted === null) throw new Error(`what is ${id}?`);
    const project = await build.project();
    for (const file of project.watched) context.addWatchFile(file);
    const importer = importers.get(id)?.split('?')[0];
    const problem = queryProblem(id);
    if (problem !== null) {
      throw await pointAtWritten(project.config.root, problem, importer, id.slice(1));
    }
    if (wanted.kind === 'index') {
      const empty = emptyFolder(wanted.folder, project.listed);
      if (empty !== null) context.warn(empty);
      return renderIndex(wanted, project.listed);
    }
    const image = project.find(wanted.name);
    if (image === null) throw await unknownImage(project, wanted.name, importer, wanted.name);
    const noMarkup = wanted.kind === 'markup' ? markupProblem(image.job) : null;
    if (noMarkup !== null) throw new PlacedError(noMarkup);
    try {
      if (!isMissing(image, project)) return await codeOf(build, wanted, image, context);
      if (host.continuesAfterFailure) return await build.refuse([image]);
    } catch (error) {
      throw await explain(error, project.config.root, project.jobs);
    }
    // The end of the build refuses all of them. Until then other modules have to find their exports.
    build.missing.add(image);
    return wanted.kind === 'markup'
      ? renderLateMarkup('')
      : renderLatePicture('', sourcesIn(image, wanted.inlining));
  };

  return {
    name: 'tintype',
    enforce: 'pre',

    async buildStart() {
      // A build that failed may not have ended.
      await build?.close();
      isWatching = host.begin(this);
      build = openBuild(request, host.folder(), isWatching);
    },

    resolveId: {
      filter: { id: importOrModule },
      handler(specifier, importer) {
        if (!importOrModule.test(specifier)) return null;
        const id = importForm.test(specifier) ? moduleIdOf(specifier) : specifier;
        if (importer !== undefined && !importers.has(id)) importers.set(id, importer);
        return host.idOf?.(specifier) ?? id;
      },
    },

    load: {
      filter: { id: importOrModule },
      async handler(loaded) {
        const id = importForm.test(loaded) ? moduleIdOf(loaded) : loaded;
        host.beginModule(this);
        build ??= openBuild(request, host.folder(), isWatching);
        try {
          return await load(build, id, this);
        } catch (error) {
          // A watching build then notices when the file is fixed.
          if (error instanceof PlacedError && error.id !== undefined) this.addWatchFile(error.id);
          throw host.continuesAfterFailure ? withPlace(error) : error;
        }
      },
    },

    async buildEnd(...[failure]: unknown[]) {
      if (build === undefined) return;
      const ended = build;
      build = undefined;
      try {
        if (failure === undefined && ended.missing.size > 0) await refuseAll(ended);
        const standIns = ended.standIns();
        const drawn = standIns.length === 0 ? [] : [standInWarning(standIns, isWatching)];
        for (const message of [...ended.takeWarnings(), ...drawn]) {
          host.warn(`[tintype] ${message}`, this);
        }
        const quickBytes = ended.quickBytes();
        if (failure === undefined && quickBytes > 0 && !isWatching) {
          host.inform(quickFilesText(quickBytes), this);
        }
      } finally {
        await ended.close();
      }
    },
  };
}

/** webpack resolves ids of modules, because it refuses `virtual:` before plugins see it. */
const importOrModule = new RegExp(`${importForm.source}|${moduleForm.source}`);

/** Whether only a purchase can get it. */
function isMissing(
  { planned: { isFree, stored } }: PlannedImage,
  { config }: OpenProject,
): boolean {
  return !isFree && stored === null && config.missing !== 'standin';
}

async function refuseAll(build: Build): Promise<never> {
  const { config, jobs } = await build.project();
  try {
    return await build.refuse([...build.missing]);
  } catch (error) {
    throw await explain(error, config.root, jobs);
  }
}

/** The place in the message, for bundlers that show nothing else of an error. */
function withPlace(error: unknown): unknown {
  if (!(error instanceof PlacedError) || error.loc === undefined) return error;
  const { file, line, column } = error.loc;
  const frame = error.frame === undefined ? '' : `\n${error.frame}`;
  return new PlacedError(`${error.message}\n\n${file}:${line}:${column}${frame}`, error);
}
