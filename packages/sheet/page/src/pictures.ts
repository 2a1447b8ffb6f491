import type { SheetPicture } from '../../src/sheet.ts';
import { h } from './element.ts';

/** A file's place in the sheet's own server, or in the sheet's own file; `null`: the file has no such picture. */
export type PictureSource = (hash: string, query?: string) => string | null;

export const fromServer: PictureSource = (hash, query = '') => `picture/${hash}${query}`;

const embedded = new Map<string, string>();

/** Base64 is turned into a picture when it is looked at, not before: there may be a thousand. */
export const fromFile: PictureSource = (hash) => {
  const known = embedded.get(hash);
  if (known !== undefined) return known;
  const base64 = document.querySelector(`[data-picture="${CSS.escape(hash)}"]`)?.textContent;
  if (base64 === undefined) return null;
  const url = `data:image/webp;base64,${base64}`;
  embedded.set(hash, url);
  return url;
};

const thumbnail = '?thumbnail';

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const load = loads.get(target);
      load?.();
    }
  },
  { rootMargin: '400px' },
);

const loads = new WeakMap<Element, () => void>();

/** An image element that asks for its thumbnail only when it comes near the screen. `alt: ''`: its text is beside it. */
export function lazyThumbnail(
  picture: SheetPicture,
  source: PictureSource,
  alt: string,
): HTMLImageElement {
  const image = h('img', {
    alt,
    width: picture.width,
    height: picture.height,
    decoding: 'async',
    draggable: 'false',
    onerror: () => image.classList.add('broken'),
  });
  loads.set(image, () => {
    const url = source(picture.hash, thumbnail);
    if (url === null) image.classList.add('broken');
    else image.src = url;
  });
  near.observe(image);
  return image;
}
