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

/**
 * Writes the types of a project's images without a build, for a new clone whose type check comes first. Spends nothing.
 * Rejects with a mistake of the project, at its place, or with the file system's own error.
 */
export async function writeProjectTypes(
  { cwd, root, file = 'tintype-env.d.ts', report }: ProjectTypesRequest,
  plugin: PluginName,
  env: ProjectOptions['env'],
): Promise<ProjectTypes> {
  const { signal } = new AbortController();
  const request = { cwd, root, env, options: {}, missing: 'standin', report } as const;
  const project = await projectOf(await openContext(request, signal));
  const path = resolve(cwd, file);
  return { path, isWritten: await writeTypesTo(path, project, plugin) };
}
