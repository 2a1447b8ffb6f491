import { projectTypesWriter, type WriteProjectTypes } from '@tintype/core/modules';
import { shellEnv } from './shell-env.ts';

export type { ProjectTypes, ProjectTypesRequest, WriteProjectTypes } from '@tintype/core/modules';

/** Writes the types of a project's images without a build, for a new clone whose type check comes first. Spends nothing. */
export const writeProjectTypes: WriteProjectTypes = projectTypesWriter(
  'tintype-unplugin',
  shellEnv,
);
