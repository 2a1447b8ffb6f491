import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type OpenProject, writeTypesTo } from '@tintype/core/modules';
import type { ResolvedConfig } from 'vite';
import { reachesTypes } from './reaches-types.ts';

/** Writes the types of a project's images if they are out of date. If it cannot, it warns and continues. */
export async function writeTypes(
  project: OpenProject,
  { root, configFile, logger }: Pick<ResolvedConfig, 'root' | 'configFile' | 'logger'>,
  types: string | false | undefined,
): Promise<void> {
  if (types === false) return;
  const path = typesPath({ root, configFile }, types);
  try {
    await writeTypesTo(path, project, 'vite-plugin-tintype');
  } catch (error) {
    logger.warn(`[tintype] ${path} could not be written: ${String(error)}`);
  }
}

/** Whether types are wanted that have never been written. */
export function lacksTypes(
  config: Pick<ResolvedConfig, 'root' | 'configFile'>,
  types: string | false | undefined,
): boolean {
  return types !== false && !existsSync(typesPath(config, types));
}

/** Warns if no `tsconfig` beside the Vite config includes the types. */
export function warnOfUnreachedTypes(
  { root, configFile, logger }: Pick<ResolvedConfig, 'root' | 'configFile' | 'logger'>,
  types: string | false | undefined,
): void {
  if (types === false) return;
  const path = typesPath({ root, configFile }, types);
  if (reachesTypes(configFile === undefined ? root : dirname(configFile), path)) return;
  logger.warn(
    `[tintype] no tsconfig includes ${relative(root, path)}: add it to the "include" of the one of your sources`,
  );
}

function typesPath(
  { root, configFile }: Pick<ResolvedConfig, 'root' | 'configFile'>,
  types: string | undefined,
): string {
  const beside = configFile === undefined ? root : dirname(configFile);
  return types === undefined ? resolve(beside, 'tintype-env.d.ts') : resolve(root, types);
}
