import { lstat, readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { ResolvedConfig } from 'vite';
import type { OpenProject } from './open-project.ts';
import { reachesTypes } from './reaches-types.ts';
import { renderTypes, type TypedImage } from './render-types.ts';

/** Writes the types of a project's images if they are out of date. If it cannot, it warns and continues. */
export async function writeTypes(
  project: OpenProject,
  { root, configFile, logger }: Pick<ResolvedConfig, 'root' | 'configFile' | 'logger'>,
  types: string | false | undefined,
): Promise<void> {
  if (types === false) return;
  const path = typesPath({ root, configFile }, types);
  try {
    await writeTypesTo(path, project);
  } catch (error) {
    logger.warn(`[tintype] ${path} could not be written: ${String(error)}`);
  }
}

/** Resolves to whether the file had to be written. Rejects with the file system's own error. */
export async function writeTypesTo(path: string, project: OpenProject): Promise<boolean> {
  const text = renderTypes(typedImages(project));
  if ((await ownText(path)) === text) return false;
  // Loaded only when there is something to write, which is rare.
  const { writeUnflushed } = await import('@tintype/core/internal');
  await writeUnflushed(path, text);
  return true;
}

/** `null` if there is no regular file. A link is replaced, because a clone's link may lead to an endless file. */
async function ownText(path: string): Promise<string | null> {
  const status = await lstat(path).catch(() => null);
  if (status?.isFile() !== true || status.size > maxTypesBytes) return null;
  return readFile(path, 'utf8').catch(() => null);
}

/** Much larger than the types of any project. */
const maxTypesBytes = 100_000_000;

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

function typedImages(project: OpenProject): TypedImage[] {
  const listed = new Set(project.listed);
  return project.imported.map(({ name, image }) => ({
    name,
    job: image.job,
    isListed: listed.has(name),
    size: project.sizeOf(image),
  }));
}
