import { resolve } from 'node:path';
import type { Reporter } from '../events.ts';
import { openContext, projectOf, type ProjectOptions } from './open-project.ts';
import type { PluginName } from './render-types.ts';
import { writeTypesTo } from './type-file.ts';

export interface ProjectTypesRequest {
  /** Absolute: the folder of the bundler's config. The project is searched from here upwards. */
  readonly cwd: string;
  /** The project's root, relative to `cwd`. */
  readonly root?: string;
  /**
   * The file, relative to `cwd`.
   * @default 'tintype-env.d.ts'
   */
  readonly file?: string;
  readonly report: Reporter;
}

/** The requested file, and whether it had to be written. */
export interface ProjectTypes {
  /** Absolute. */
  readonly path: string;
  readonly isWritten: boolean;
}

/** The `writeProjectTypes` of a plugin. It rejects with a mistake of the project, at its place, or with the file system's own error. */
export type WriteProjectTypes = (request: ProjectTypesRequest) => Promise<ProjectTypes>;

/** Writes the types of a project's images, as `plugin` exports them, without a build. Spends nothing. */
export function projectTypesWriter(
  plugin: PluginName,
  env: ProjectOptions['env'],
): WriteProjectTypes {
  return async ({ cwd, root, file = 'tintype-env.d.ts', report }) => {
    const { signal } = new AbortController();
    const request = { cwd, root, env, options: {}, missing: 'standin', report } as const;
    const project = await projectOf(await openContext(request, signal));
    const path = resolve(cwd, file);
    return { path, isWritten: await writeTypesTo(path, project, plugin) };
  };
}
