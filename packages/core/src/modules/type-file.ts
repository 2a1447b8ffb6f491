import { lstat, readFile } from 'node:fs/promises';
import type { OpenProject } from './open-project.ts';
import { type PluginName, renderTypes, type TypedImage } from './render-types.ts';

/** Writes the types of a project's images. Resolves to whether the file had to be written. Rejects with the file system's own error. */
export async function writeTypesTo(
  path: string,
  project: OpenProject,
  plugin: PluginName,
): Promise<boolean> {
  const text = renderTypes(typedImages(project), plugin);
  if ((await ownText(path)) === text) return false;
  // Loaded only when there is something to write, which is rare.
  const { writeUnflushed } = await import('../fs/write-atomic.ts');
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

function typedImages(project: OpenProject): TypedImage[] {
  const listed = new Set(project.listed);
  return project.imported.map(({ name, image }) => ({
    name,
    job: image.job,
    isListed: listed.has(name),
    size: project.sizeOf(image),
  }));
}
