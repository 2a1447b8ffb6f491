import { escapeHtml } from '../escape-html.ts';
import { mediaTypeOf } from '../media-type.ts';
import { fullSizeUrl } from '../srcset.ts';
import type { Format, Picture } from '../types.ts';

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
 * lower-case names, override the picture's. All of this runs in pages, so each byte of it counts.
 */
export function pictureElements(picture: Picture, given: Attributes = {}): PictureElements {
  const {
    alt = picture.alt,
    loading = 'lazy',
    decoding = 'async',
    src = picture.img.src,
    style,
    ...others
  } = given;
  const formats = sourcesOf(picture, given);
  const { srcset, sizes } = formats.pop()!;
  return {
    sources: [
      ...(picture.art ?? []).flatMap((art) => sourcesOf(art.picture, given, art.media)),
      ...formats,
    ],
    img: {
      ...others,
      // A single file is in `src` already.
      srcset: /w, /.test(srcset as string) ? srcset : null,
      sizes,
      ...dimensions(picture, given),
      alt,
      loading,
      decoding,
      style: styleOf(picture, style as Style),
      // The last one, because frameworks set one after the other, and Safari requests the file at once.
      src,
    },
  };
}

/** A picture's formats, the fallback last, each as a `<source>` with the picture's shape. Never empty. */
export function formatSources(picture: Picture, given: Attributes): Attributes[] {
  const { still: _, ...formats } = picture;
  const { media } = given;
  const shape = dimensions(picture, given);
  return sourcesOf(formats, given, media as string).map((source) => ({ ...source, ...shape }));
}

/**
 * The first frame, for readers who prefer less motion, and the formats, the fallback last. A browser takes the first that fits.
 * Never empty.
 */
function sourcesOf(picture: Picture, given: Attributes, within?: string): Attributes[] {
  const sizes = sizesOf(picture, given);
  const sources: Attributes[] = [];
  const add = (srcset: string, type?: string, media = within) =>
    sources.push({ media, type, srcset, sizes, ...(within && dimensions(picture, given)) });
  if (picture.still) {
    const reduced = '(prefers-reduced-motion: reduce)';
    add(picture.still, 'image/webp', within?.replace(/,|$/g, ` and ${reduced}$&`) ?? reduced);
  }
  let format;
  for (format in picture.sources) add(picture.sources[format as Format]!, mediaTypeOf(format));
  // Without formats it is inlined.
  if (!format) add(picture.img.src);
  return sources;
}

/**
 * `auto` is the width that the page gives to the picture. Browsers know it only of pictures that load lazily, and not every
 * browser knows the word, so a width for the others follows it.
 */
function sizesOf(
  { img: { w }, sizes: itsOwn }: Picture,
  { sizes = itsOwn, loading = 'lazy' }: Attributes,
): Attributes[string] {
  return /^\s*auto\s*$/i.test(sizes as string)
    ? `${loading === 'lazy' ? 'auto, ' : ''}(max-width: ${w}px) 100vw, ${w}px`
    : sizes;
}

/** The first frame of a picture that moves, as a picture of its own; a picture that does not move, unchanged. */
export function stillPicture(picture: Picture): Picture {
  const { still, art: _, ...rest } = picture;
  if (still === undefined) return picture;
  return { ...rest, sources: { webp: still }, img: { ...picture.img, src: fullSizeUrl(still) } };
}

/** If only a width or a height is given, the other is computed, so that the reserved space has the picture's shape. `null` leaves one out. */
function dimensions(
  { img: { w, h } }: Picture,
  {
    height: given,
    width = Math.round(((given as number) * w) / h) || w,
    height = Math.round(((width as number) * h) / w) || h,
  }: Attributes,
): Attributes {
  return { width, height };
}

/**
 * The placeholder as a background, which the loaded picture hides, and then the author's own style: a text, or an object of properties
 * as some frameworks have it. A picture with `art` has no placeholder, because only the browser knows which of them it shows.
 */
function styleOf(picture: Picture, own: Style): Attributes[string] {
  const image = picture.placeholder
    ? `url(${picture.placeholder}) center / 100% 100% no-repeat`
    : picture.color;
  const background = picture.hasAlpha || picture.art ? null : image;
  if (typeof own === 'object' && own) return { background, ...own } as never;
  if (!background) return own;
  return `background:${background}${own ? `;${own}` : ''}`;
}

type Style = string | Readonly<Record<string, unknown>> | null | undefined;

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
