import type { Picture } from './picture.ts';

export type { ExactPicture, Picture } from './picture.ts';

/** Attributes of the `<img>`; `null`, `undefined` and `false` leave one out, `true` writes it without a value. */
export type ImgAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * The HTML of a picture: `<picture>` with a `<source>` a format, or an `<img>` alone where there is one format. What is
 * given in `attributes` wins over what the picture says. Everything is escaped. Runs anywhere.
 */
export function pictureHtml(picture: Picture, attributes: ImgAttributes = {}): string {
  const { sources, img } = imgAttributes(picture, attributes);
  const tag = `<img${renderAttributes(img)}>`;
  if (sources.length === 0) return tag;
  return `<picture>${sources.map((source) => `<source${renderAttributes(source)}>`).join('')}${tag}</picture>`;
}

/** The attributes of a picture's elements, before they are written. */
export interface PictureElements {
  /** All formats but the fallback. */
  readonly sources: readonly ImgAttributes[];
  readonly img: ImgAttributes;
}

export function imgAttributes(picture: Picture, attributes: ImgAttributes = {}): PictureElements {
  const given = lowerCased(attributes);
  const formats = Object.entries(picture.sources);
  const fallback = formats.at(-1)?.[1];
  const sizes = given['sizes'] ?? picture.sizes;
  const isResponsive = fallback?.includes(', ') ?? false;
  return {
    sources: formats.slice(0, -1).map(([format, srcset]) => ({
      type: `image/${format}`,
      srcset,
      sizes,
    })),
    img: {
      src: picture.img.src,
      srcset: isResponsive ? fallback : null,
      sizes,
      ...dimensions(picture, given),
      alt: picture.alt,
      loading: 'lazy',
      decoding: 'async',
      ...given,
      style: style(picture, given['style']),
    },
  };
}

function lowerCased(attributes: ImgAttributes): ImgAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** Of a width or a height alone, the other follows: the space that is kept has the picture's shape. */
function dimensions({ img: { w, h } }: Picture, { width, height }: ImgAttributes): ImgAttributes {
  const [givenWidth, givenHeight] = [Number(width ?? Number.NaN), Number(height ?? Number.NaN)];
  if (width === undefined && givenHeight > 0) {
    return { width: Math.round((givenHeight * w) / h), height };
  }
  if (height === undefined && givenWidth > 0) {
    return { width, height: Math.round((givenWidth * h) / w) };
  }
  return { width: w, height: h };
}

/** The placeholder behind a picture that hides it once it is there; the author's own style comes after it. */
function style(
  { placeholder, color, hasAlpha }: Picture,
  own: ImgAttributes[string],
): string | null {
  const background =
    placeholder === null ? color : `url(${placeholder}) center / 100% 100% no-repeat`;
  const parts = [
    background === null || hasAlpha ? '' : `background:${background}`,
    typeof own === 'string' ? own : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join(';');
}

function renderAttributes(attributes: ImgAttributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) => {
      // Anything else may be another attribute, or the end of the tag.
      if (!/^[\w:@.-]+$/.test(name)) throw new Error(`"${name}" is no attribute's name`);
      return value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`;
    })
    .join('');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
