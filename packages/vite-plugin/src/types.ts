import {
  type ProjectTypes,
  type ProjectTypesRequest,
  writeProjectTypes as write,
} from '@tintype/core/modules';
import { shellEnv } from './shell-env.ts';

export type { ProjectTypes, ProjectTypesRequest } from '@tintype/core/modules';

/**
 * Writes the types of a project's images without a build, for a new clone whose type check comes first. Spends nothing.
 * Rejects with a mistake of the project, at its place, or with the file system's own error.
 */
export async function writeProjectTypes(request: ProjectTypesRequest): Promise<ProjectTypes> {
  return write(request, 'vite-plugin-tintype', shellEnv);
}
