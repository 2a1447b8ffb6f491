import {
  type Attributes,
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
  readonly priority?: boolean | undefined;
  /**
   * What is behind it until it has loaded: at most what the manifest says.
   * @default 'blur'
   */
  readonly placeholder?: 'blur' | 'color' | 'none' | undefined;
}

/**
 * The attributes of a picture's `<source>`s and its `<img>`. All that is given beside the props is for the `<img>`, under its name in
 * HTML, and overrides the picture's. A style is a text, or an object of properties.
 */
export function pictureAttributes({
  of,
  priority,
  placeholder = 'blur',
  loading = priority ? 'eager' : 'lazy',
  ...given
}: PictureProps & Readonly<Record<string, unknown>>): PictureElements {
  return pictureElements(
    {
      ...of,
      placeholder: placeholder === 'blur' ? of.placeholder : null,
      color: placeholder === 'none' ? null : of.color,
    },
    { fetchpriority: priority ? 'high' : null, ...given, loading } as Attributes,
  );
}

/**
 * The attributes of a `<link>` in the head, which makes the browser load a picture early. Empty if the page decides which of several
 * pictures it shows.
 */
export function preloadLinks({ sources, img }: PictureElements): Attributes[] {
  const { media, type, src, srcset, sizes } = sources[0] ?? img;
  // With an address beside it, browsers that do not know `imagesrcset` would load a file in vain.
  const files = srcset ? { imagesrcset: srcset, imagesizes: sizes } : { href: src };
  return media ? [] : [{ rel: 'preload', as: 'image', type, fetchpriority: 'high', ...files }];
}
