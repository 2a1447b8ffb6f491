import { srcset } from '../srcset.ts';
import type { AiProvenance, Format, Picture, Preview } from '../types.ts';

/** A file of a picture with its URL. */
interface ServedFile {
  readonly format: Format;
  readonly width: number;
  readonly url: string;
  /** The first frame of an animation. */
  readonly isStill?: true;
}

export interface PictureParts extends Preview {
  /** In order of preference, the full size of each format last. Never empty. */
  readonly files: readonly ServedFile[];
  readonly width: number;
  readonly height: number;
  readonly alt: string;
  readonly sizes: string | null;
  readonly hasAlpha: boolean;
  readonly ai: AiProvenance;
}

/**
 * The object that a page imports. It has every format, even one that a build finds larger than the fallback and that the
 * asset map leaves out, because types are written before anything is encoded, and dev never knows the sizes.
 */
export function pictureOfFiles({ files, width, height, ...rest }: PictureParts): Picture {
  const stills = files.filter(({ isStill }) => isStill);
  const shown = files.filter(({ isStill }) => !isStill);
  const formats = [...new Set(shown.map(({ format }) => format))];
  return {
    sources: Object.fromEntries(
      formats.map((format) => [format, srcset(shown.filter((file) => file.format === format))]),
    ),
    ...(stills.length > 0 && { still: srcset(stills) }),
    img: { src: files.at(-1)!.url, w: width, h: height },
    alt: rest.alt,
    sizes: rest.sizes,
    placeholder: rest.placeholder,
    color: rest.color,
    hasAlpha: rest.hasAlpha,
    ai: rest.ai,
  };
}

/** The picture without placeholder and colour, which a `style` attribute would show. */
export function withoutStyles(picture: Picture): Picture {
  return { ...picture, placeholder: null, color: null };
}

/** The picture as one data URL, without sources to choose from. */
export function inlinedPictureOf(parts: PictureParts, dataUrl: string): Picture {
  const picture = pictureOfFiles(parts);
  return { ...picture, sources: {}, img: { ...picture.img, src: dataUrl } };
}
