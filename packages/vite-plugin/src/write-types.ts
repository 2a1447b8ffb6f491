import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ResolvedConfig } from 'vite';
import type { OpenProject } from './open-project.ts';
import { renderTypes, type TypedImage } from './render-types.ts';

/** Writes the types of a project's images where they are not as they should be. Where it cannot, it says so and goes on. */
export async function writeTypes(
  project: OpenProject,
  { root, configFile, logger }: Pick<ResolvedConfig, 'root' | 'configFile' | 'logger'>,
  types: string | false | undefined,
): Promise<void> {
  if (types === false) return;
  const beside = configFile === undefined ? root : dirname(configFile);
  const path = types === undefined ? resolve(beside, 'tintype-env.d.ts') : resolve(root, types);
  const text = renderTypes(typedImages(project));
  try {
    if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    logger.warn(`[tintype] ${path} could not be written: ${String(error)}`);
  }
}

function typedImages(project: OpenProject): TypedImage[] {
  return project.imported.map(({ name, image }) => ({
    name,
    job: image.job,
    size: project.sizeOf(image),
  }));
}
