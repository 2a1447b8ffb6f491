import type { EncodedFile, Format, PlannedImage } from '@tintype/core';
import type { Environment } from 'vite';
import type { AssetTarget } from './asset-target.ts';
import type { PlacedFile } from '@tintype/core/modules';
import type { BuildRun, Delivered, RunOnDemand } from './build-run.ts';
import { type Host, hostUrl } from './host-url.ts';
import type { LateFile } from './late-pictures.ts';
import { stillsOrAll } from './stills-or-all.ts';

/** The state of one environment's build. */
export interface BuildState {
  readonly environment: Environment;
  readonly run: RunOnDemand;
  readonly target: AssetTarget;
  readonly inlineStyles: boolean;
  /** The files of each module of ours. Kept over the rebuilds of a watcher, which need not load a module again. */
  readonly modules: Map<string, readonly PlacedFile[]>;
  /**
   * The files of each style sheet and each page, also kept over rebuilds. They are delivered even if no chunk names them.
   */
  readonly pages: Map<string, readonly PlacedFile[]>;
  /** The files of pictures to be bought that a style sheet names, by its id. */
  readonly lateInStyles: Map<string, readonly LateFile[]>;
  /** The pictures to buy before chunks are rendered, by the file that imports them. */
  readonly late: Map<string, PlannedImage>;
  /** The names of the pictures that this build has used. */
  readonly shipped: Set<string>;
  /** The files that must exist below the output folder. */
  readonly placed: PlacedFile[];
  /** Absolute: the output folder after it was written; `null`: not written yet. */
  outDir: string | null;
}

/** The builds of a plugin's environments. */
export interface Builds {
  readonly begin: (environment: Environment, run: RunOnDemand, target: AssetTarget) => void;
  readonly find: (environment: Environment) => BuildState | undefined;
  /** Throws if the build has not begun. */
  readonly of: (environment: Environment) => BuildState;
  /** The build that has pages. */
  readonly client: () => BuildState;
  readonly all: () => readonly BuildState[];
}

export function builds(inlineStyles: boolean): Builds {
  const states = new Map<Environment, BuildState>();
  return {
    begin: (environment, run, target) => {
      const before = states.get(environment);
      states.set(environment, {
        environment,
        run,
        target,
        inlineStyles,
        modules: before?.modules ?? new Map<string, readonly PlacedFile[]>(),
        pages: before?.pages ?? new Map<string, readonly PlacedFile[]>(),
        lateInStyles: new Map(),
        late: new Map(),
        shipped: new Set(),
        placed: [],
        outDir: null,
      });
    },
    find: (environment) => states.get(environment),
    of: (environment) => {
      const state = states.get(environment);
      if (state === undefined) throw new Error('a module was loaded before the build began');
      return state;
    },
    client: () => {
      const state = [...states.values()].find(
        ({ environment }) => environment.config.consumer === 'client',
      );
      if (state === undefined) throw new Error('there is a page, and no build for the client');
      return state;
    },
    all: () => [...states.values()],
  };
}

/** The run of a build that has needed a picture. */
export function openedRun({ run }: Pick<BuildState, 'run'>): BuildRun {
  const opened = run.opened();
  if (opened === null) throw new Error('no picture has been needed');
  return opened;
}

/** A picture's full-size files, one for each format, in order of preference. */
export function fullSizeFiles(
  { encoded, width }: Delivered,
  isStill: boolean,
): ReadonlyMap<Format, EncodedFile> {
  const files = encoded
    .filter(({ spec }) => spec.width === width)
    .map((made) => ({ ...made.spec, made }));
  return new Map(stillsOrAll(files, isStill).map(({ format, made }) => [format, made]));
}

/** Places the file of a picture that was bought after a style sheet named it. */
export function placeLate(state: BuildState, { name, format, isStill }: LateFile): PlacedFile {
  const delivered = openedRun(state).delivered.get(name);
  const file = delivered === undefined ? undefined : fullSizeFiles(delivered, isStill).get(format);
  if (file === undefined) throw new Error(`${name} was not bought`);
  return state.target.place(file);
}

/** The URL of that file. */
export function lateUrlIn(state: BuildState, late: LateFile, host: Host): string {
  const placed = placeLate(state, late);
  state.pages.set(`${host.fileName} ${placed.fileName}`, [placed]);
  state.shipped.add(late.name);
  return hostUrl(placed.fileName, host, state.environment);
}
