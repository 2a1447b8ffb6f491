import { escapeHtml } from '../escape-html.ts';
import { mediaTypeOf } from '../media-type.ts';
import { fullSizeUrl } from '../srcset.ts';
import type { Picture } from '../types.ts';

/** Attributes of an element; `null`, `undefined` and `false` leave one out, `true` writes it without a value. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A picture's elements, before they are written. */
export interface PictureElements {
  /**
   * The pictures of `art`, in every format; the first frame of an animation, for readers who prefer less motion; and all formats
   * except the fallback. A browser takes the first that fits.
   */
  readonly sources: readonly Attributes[];
  readonly img: Attributes;
}

/**
 * The attributes of a picture's `<source>`s and its `<img>`, for a component to spread. Attributes given for the `<img>`, by
 * lower-case names, override the picture's.
 */
export function pictureElements(picture: Picture, given: Attributes = {}): PictureElements {
  const formats = Object.entries(picture.sources);
  const fallback = formats.at(-1)?.[1];
  const sizes = sizesOf(given['sizes'] ?? picture.sizes, given['loading'], picture.img.w);
  const isResponsive = fallback?.includes(', ') ?? false;
  return {
    sources: [
      ...(picture.art ?? []).flatMap((art) => artSources(art, given)),
      ...stillSource(picture, sizes),
      ...formats.slice(0, -1).map(([format, srcset]) => ({
        type: mediaTypeOf(format),
        srcset,
        sizes,
      })),
    ],
    img: {
      src: picture.img.src,
      srcset: isResponsive ? fallback : null,
      sizes,
      ...dimensions(picture, given),
      alt: picture.alt,
      loading: 'lazy',
      decoding: 'async',
      ...given,
      ...(typeof given['sizes'] === 'string' && { sizes }),
      style: style(picture, given['style']),
    },
  };
}

/**
 * `auto` is the width that the page gives to the picture. Browsers know it only of pictures that load lazily, and not every
 * browser knows the word, so a width for the others follows it.
 */
function sizesOf(
  sizes: Attributes[string],
  loading: Attributes[string],
  width: number,
): Attributes[string] {
  if (typeof sizes !== 'string' || sizes.trim().toLowerCase() !== 'auto') return sizes;
  const widest = `(max-width: ${width}px) 100vw, ${width}px`;
  return loading === undefined || loading === 'lazy' ? `auto, ${widest}` : widest;
}

/** The first frame of a picture that moves, as a picture of its own; a picture that does not move, unchanged. */
export function stillPicture(picture: Picture): Picture {
  const { still, art: _, ...rest } = picture;
  if (still === undefined) return picture;
  return { ...rest, sources: { webp: still }, img: { ...picture.img, src: fullSizeUrl(still) } };
}

/** What is shown where a media query matches. It has its own shape, for which the page reserves space. */
function artSources({ media, picture }: Art, given: Attributes): Attributes[] {
  const sources = sourcesOf(picture, given);
  const { sizes: itsSizes, ...shape } = sources[0];
  return [
    ...stillSource(picture, itsSizes, media).map((source) => ({ ...shape, ...source })),
    ...sources.map((source) => ({ media, ...source })),
  ];
}

/** A picture's formats, the fallback last, each as a `<source>` with the picture's shape. Never empty. */
export function sourcesOf(picture: Picture, given: Attributes): [Attributes, ...Attributes[]] {
  const sizes = sizesOf(given['sizes'] ?? picture.sizes, given['loading'], picture.img.w);
  const shape = dimensions(picture, given);
  const formats = Object.entries(picture.sources).map(([format, srcset]) => ({
    type: mediaTypeOf(format),
    srcset,
    sizes,
    ...shape,
  }));
  const [first, ...others] = formats;
  // Without formats it is inlined.
  return first === undefined ? [{ srcset: picture.img.src, ...shape }] : [first, ...others];
}

type Art = NonNullable<Picture['art']>[number];

/** It comes first, because a browser takes the first source that fits. `within`: the media query of the picture. */
function stillSource({ still }: Picture, sizes: Attributes[string], within?: string): Attributes[] {
  if (still === undefined) return [];
  const isReduced = '(prefers-reduced-motion: reduce)';
  const media =
    within === undefined
      ? isReduced
      : within
          .split(',')
          .map((query) => `${query.trim()} and ${isReduced}`)
          .join(', ');
  return [{ media, type: mediaTypeOf('webp'), srcset: still, sizes }];
}

/** If only a width or a height is given, the other is computed, so that the reserved space has the picture's shape. */
function dimensions({ img: { w, h } }: Picture, { width, height }: Attributes): Attributes {
  if (width !== undefined && height !== undefined) return { width, height };
  if (Number(width) > 0) return { width, height: Math.round((Number(width) * h) / w) };
  if (Number(height) > 0) return { width: Math.round((Number(height) * w) / h), height };
  return { width: width ?? w, height: height ?? h };
}

/**
 * The placeholder as a CSS value of `background`, which the loaded picture hides; `null`: none. A picture with `art` has none, because
 * only the browser knows which of them it shows.
 */
export function backgroundOf({ placeholder, color, hasAlpha, art }: Picture): string | null {
  if (hasAlpha || art !== undefined) return null;
  return placeholder === null ? color : `url(${placeholder}) center / 100% 100% no-repeat`;
}

/** The author's own style comes after the background. */
function style(picture: Picture, own: Attributes[string]): string | null {
  const background = backgroundOf(picture);
  const parts = [
    background === null ? '' : `background:${background}`,
    typeof own === 'string' ? own : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join(';');
}

/** ` src="…" alt=""`, everything escaped. Throws for a name that is not a valid attribute name. */
export function renderAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) => {
      if (!/^[\w:@.-]+$/.test(name)) throw new Error(`"${name}" is not a valid attribute name`);
      return value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`;
    })
    .join('');
}

export function renderSources(sources: readonly Attributes[]): string {
  return sources.map((source) => `<source${renderAttributes(source)}>`).join('');
}
