import { dirname, join, resolve } from 'node:path';
import { systemClock } from '../clock.ts';
import type { Config, Options } from '../config.ts';
import type { Context } from '../context.ts';
import type { Reporter } from '../events.ts';
import { firstCandidate } from '../file-names.ts';
import type { OpenImages, PlannedImage } from '../operations/open-images.ts';
import { loadProject, openImages } from '../operations.ts';
import type { Missing } from '../project/spending-policy.ts';
import { explain } from './explain.ts';

export interface ProjectOptions {
  /** Absolute: the bundler's root. If `root` is not set, the project's root is searched from here upwards. */
  readonly cwd: string;
  /** The project's, relative to `cwd`. */
  readonly root?: string | undefined;
  /** The process's, into which a framework may have put `.env` files. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly options: Options;
  /** Overrides the config and the environment. */
  readonly missing?: Missing;
  /** As `Context.boughtBy`. */
  readonly boughtBy?: string | null;
  readonly report: Reporter;
}

/** A project with its plan. */
export interface OpenProject extends OpenImages {
  readonly config: Config;
  readonly context: Context;
  /**
   * An image by its name in an import: a delivered name, `<id>` for the first of several candidates if none was picked, or
   * `<id>@<n>` for a candidate. `null`: there is none.
   */
  readonly find: (name: string) => PlannedImage | null;
  /** Every image under every name under which it is delivered or known, except for candidates. */
  readonly imported: readonly { readonly name: string; readonly image: PlannedImage }[];
  /** The names that records of imports have: all that are delivered, except for crops of them. */
  readonly listed: readonly string[];
  /** Absolute: the files from which the plan was read. */
  readonly watched: readonly string[];
}

/** The context for a run of the project. Rejects with the TintypeError `config` of `loadProject`. */
export async function openContext(
  { cwd, root, env, options, missing, boughtBy = null, report }: ProjectOptions,
  signal: AbortSignal,
): Promise<Context> {
  const overrides = missing === undefined ? {} : { missing };
  const request = { cwd, env, mayHoldFiles: true, options, overrides };
  const project = await loadProject(root === undefined ? request : { ...request, root });
  return { ...systemClock, ...project, boughtBy, report, signal };
}

/** Loads and plans a project. Spends nothing. Rejects with the first mistake, at its place. */
export async function openProject(request: ProjectOptions): Promise<OpenProject> {
  const context = await openContext(request, new AbortController().signal);
  const { config } = context;
  return projectOf(context).catch(async (error: unknown) => {
    // The root, to which places are relative, is known here.
    throw await explain(error, config.root, []);
  });
}

/** The same, with core's own errors. */
export async function projectOf(context: Context): Promise<OpenProject> {
  const { config } = context;
  const images = await openImages(context);
  return {
    ...images,
    config,
    context,
    find: (name) => findImage(images, name),
    imported: importedNames(images),
    listed: [...images.images.values()]
      .filter((image) => !image.isCropOfOther)
      .map(({ name }) => name),
    watched: await watchedFiles(images, config),
  };
}

function findImage({ images, plan }: OpenImages, name: string): PlannedImage | null {
  const delivered = images.get(name) ?? images.get(firstCandidate(name));
  if (delivered !== undefined && (delivered.name === name || delivered.job.id === name)) {
    return delivered;
  }
  const [, id, candidate] = /^(.+)@(\d+)$/.exec(name) ?? [];
  const planned = plan.requests.find((row) => row.id === id && row.number === Number(candidate));
  if (planned === undefined) return null;
  const { job, number } = planned;
  // Its crops have no names of their own, because only what is delivered has.
  return {
    name,
    candidate: number,
    files: job.files,
    sources: [],
    isCropOfOther: false,
    job,
    planned,
  };
}

function importedNames({ images, jobs }: OpenImages) {
  const delivered = [...images].map(([name, image]) => ({ name, image }));
  const unpicked = jobs.flatMap(({ id }) => {
    const image = images.has(id) ? undefined : images.get(firstCandidate(id));
    return image?.job.id === id ? [{ name: id, image }] : [];
  });
  return [...delivered, ...unpicked];
}

async function watchedFiles(
  { jobs, files }: OpenImages,
  { root, file }: Config,
): Promise<string[]> {
  // Loaded here, because a bundler's config that imports a plugin must not load the planner.
  const { inputReferences } = await import('../input-references.ts');
  const inputs = jobs.flatMap(({ picture }) =>
    inputReferences(picture).flatMap((input) =>
      input.kind === 'file' ? [join(dirname(input.place.file), input.path)] : [],
    ),
  );
  const config = file === null ? [] : [file];
  return [...new Set([...files, ...inputs, ...config])].map((path) => resolve(root, path));
}
