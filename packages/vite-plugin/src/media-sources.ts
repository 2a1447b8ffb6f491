import type { OpenProject } from '@tintype/core/modules';
import type { Picture } from './picture.ts';

/** The names of images, and of what is shown in place of them where a media query matches. */
export function withSources(
  project: Pick<OpenProject, 'find'>,
  names: Iterable<string>,
): Set<string> {
  const sourcesOf = (name: string) => project.find(name)?.sources ?? [];
  return new Set([...names].flatMap((name) => [name, ...sourcesOf(name).map((one) => one.name)]));
}

/** A picture with what is shown in place of it, for a page. `pictures` has all of them, by name. */
export function withArt(
  project: Pick<OpenProject, 'find'>,
  name: string,
  pictures: ReadonlyMap<string, Picture>,
): Picture {
  const picture = pictures.get(name)!;
  const { sources = [] } = project.find(name) ?? {};
  if (sources.length === 0) return picture;
  return {
    ...picture,
    art: sources.map((source) => ({ media: source.media, picture: pictures.get(source.name)! })),
  };
}
