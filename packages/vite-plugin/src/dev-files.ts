import { createHash } from 'node:crypto';
import type { Original, PlannedImage, VariantSpec } from '@tintype/core';
import { markupOfFiles, type OpenProject, pictureOfFiles } from '@tintype/core/modules';
import type { CssFile } from './css.ts';
import type { Picture } from './picture.ts';
import { mediaTypeOf } from '@tintype/core/picture-parts';
import { stillsOrAll } from './stills-or-all.ts';

/** The dev server's path for picture files, below the base. */
export const devFolder = '@tintype/';

/**
 * A picture for the dev server's pages, with the facts that are known without encoding. Its URLs contain everything needed to
 * make the files, so they stay valid after a restart of the server. `prefix`: the text before `@tintype/`.
 */
export async function devPicture(
  project: OpenProject,
  image: PlannedImage,
  prefix: string,
): Promise<Picture> {
  const original = await project.obtain(image.planned);
  const { source, ai } = original;
  const { files } = image;
  const specs = project.variants(image, original);
  // The full size of the fallback.
  const { width, height } = specs.at(-1)!;
  return pictureOfFiles({
    files: specs.map((spec) => ({
      format: spec.format,
      width: spec.width,
      url: urlOf(original, spec, prefix),
      ...(spec.isStill && { isStill: spec.isStill }),
    })),
    width,
    height,
    alt: files.alt,
    sizes: files.sizes,
    // These are `null` because the content of the cache depends on the machine, and a page in dev does not wait for an encode.
    placeholder: null,
    color: null,
    hasAlpha: source.hasAlpha,
    ai,
  });
}

/** A picture's full-size files, one for each format, in order of preference. */
export async function devCssFiles(
  project: OpenProject,
  image: PlannedImage,
  isStill: boolean,
  prefix: string,
): Promise<CssFile[]> {
  const original = await project.obtain(image.planned);
  const specs = project.variants(image, original);
  const { width } = specs.at(-1)!;
  const ofFullSize = specs.filter((spec) => spec.width === width);
  const fullSize = new Map(stillsOrAll(ofFullSize, isStill).map((spec) => [spec.format, spec]));
  return [...fullSize.values()].map((spec) => ({
    type: mediaTypeOf(spec.format),
    url: async () => urlOf(original, spec, prefix),
  }));
}

/** The markup of a picture's SVG. A page that inlines it waits for it. */
export async function devMarkup(project: OpenProject, image: PlannedImage): Promise<string> {
  const original = await project.obtain(image.planned);
  const spec = project.variants(image, original).find(({ format }) => format === 'svg');
  return markupOfFiles(
    spec === undefined ? [] : [await project.encode(original, spec, 'waited-for')],
  );
}

function urlOf(original: Original, spec: VariantSpec, prefix: string): string {
  return `${prefix}${devFolder}${spec.file}?v=${versionOf(original, spec)}`;
}

/** The file of a dev URL; `null`: no image has such a file. */
export interface DevFile {
  readonly image: PlannedImage;
  readonly original: Original;
  readonly spec: VariantSpec;
}

/** Finds the file by its name alone: `team/ada-640w.webp`, `hero@2.avif`, `badge.still-64w.webp`. */
export async function findDevFile(project: OpenProject, file: string): Promise<DevFile | null> {
  const stem = file.slice(0, file.lastIndexOf('.'));
  const ofWidth = stem.replace(/-\d+w$/, '');
  for (const name of new Set([stem, ofWidth, ofWidth.replace(/\.still$/, '')])) {
    const image = project.find(name);
    if (image === null) continue;
    const original = await project.obtain(image.planned);
    const spec = project.variants(image, original).find((one) => one.file === file);
    if (spec !== undefined) return { image, original, spec };
  }
  return null;
}

/** Changes when the file does, so that a browser with the old file requests it again. */
function versionOf({ source }: Original, spec: VariantSpec): string {
  return createHash('sha256')
    .update(JSON.stringify([source.sha256, spec]))
    .digest('hex')
    .slice(0, 8);
}
