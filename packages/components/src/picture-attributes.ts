import {
  type Attributes,
  backgroundOf,
  fullSizeUrl,
  pictureElements,
  type PictureElements,
} from '@tintype/core/picture-parts';
import type { Picture } from '@tintype/core/types';

/** What every component takes, beside the attributes of an `<img>`. */
export interface PictureProps {
  /** `import hero from 'virtual:tintype/hero'`. */
  readonly of: Picture;
  /**
   * It is the largest picture that a visitor sees first: the browser loads it at once and before others.
   * @default false: when it comes near the screen
   */
  readonly priority?: boolean;
  /**
   * What is behind it until it has loaded: at most what the manifest says.
   * @default 'blur'
   */
  readonly placeholder?: 'blur' | 'color' | 'none';
}

/** A style as frameworks take it: a text, or an object of CSS properties. */
export type Style = string | Readonly<Record<string, unknown>> | null | undefined;

/** The attributes of all elements, except for the style of the `<img>`. */
export interface PictureAttributes extends PictureElements {
  /** A CSS value; `null`: none. */
  readonly background: string | null;
  /** The attributes of a `<link>` in the head, which makes the browser load the picture early; `null`: none. */
  readonly preload: Attributes | null;
}

/** `given`: the attributes that the author wrote, under their names in HTML. They override the picture's. */
export function pictureAttributes(
  { of, priority = false, placeholder = 'blur' }: PictureProps,
  given: Attributes,
): PictureAttributes {
  const early = priority ? { loading: 'eager', fetchpriority: 'high' } : {};
  const { sources, img } = pictureElements(of, { ...early, ...given });
  const { style: _, ...attributes } = img;
  return {
    sources,
    img: attributes,
    background:
      placeholder === 'none'
        ? null
        : backgroundOf(placeholder === 'color' ? { ...of, placeholder: null } : of),
    preload: priority ? preloadOf(sources, attributes) : null,
  };
}

function preloadOf(sources: readonly Attributes[], img: Attributes): Attributes | null {
  // Which picture of several is shown depends on the page, so none of them is loaded early.
  if (sources.some(({ media }) => media !== undefined)) return null;
  const { type, src, srcset, sizes } = sources[0] ?? img;
  const early = { rel: 'preload', as: 'image', type, fetchpriority: 'high' };
  if (typeof srcset !== 'string') return { ...early, href: src };
  // The full size, for browsers that do not know `imagesrcset`.
  return { ...early, href: fullSizeUrl(srcset), imagesrcset: srcset, imagesizes: sizes };
}

/** The author's style after the background. */
export function withBackground(background: string | null, style: Style): Style {
  if (background === null) return style;
  return typeof style === 'object' && style !== null
    ? { background, ...style }
    : `background:${background};${style ?? ''}`;
}
