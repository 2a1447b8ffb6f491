import type { SheetPicture } from '../../src/sheet.ts';
import { h } from './element.ts';

/** The address of a picture: on the sheet's server, or inside the sheet's file; `null`: the file does not have this picture. */
export type PictureSource = (hash: string, query?: string) => string | null;

export const fromServer: PictureSource = (hash, query = '') => `picture/${hash}${query}`;

const prefersStills = matchMedia('(prefers-reduced-motion: reduce)').matches;

const embedded = new Map<string, string>();

/** Base64 is decoded when a picture is shown and not before, because there may be a thousand. */
export const fromFile: PictureSource = (hash) => {
  const known = embedded.get(hash);
  if (known !== undefined) return known;
  const base64 = (prefersStills ? base64Of(`${hash}.still`) : null) ?? base64Of(hash);
  if (base64 === null) return null;
  const url = `data:image/webp;base64,${base64}`;
  embedded.set(hash, url);
  return url;
};

function base64Of(name: string): string | null {
  return document.querySelector(`[data-picture="${CSS.escape(name)}"]`)?.textContent ?? null;
}

const thumbnail = prefersStills ? '?thumbnail&still' : '?thumbnail';

/** While a person scrolls fast, pictures that only pass by are not loaded: those that stay come first then. */
const passesByMs = 200;
let scrolledAt = -Infinity;
addEventListener('scroll', () => (scrolledAt = performance.now()), { passive: true });
const waiting = new WeakMap<Element, number>();

const near = new IntersectionObserver(
  (entries) => {
    const delay = performance.now() - scrolledAt < passesByMs ? passesByMs : 0;
    for (const { isIntersecting, target } of entries) {
      clearTimeout(waiting.get(target));
      if (isIntersecting)
        waiting.set(
          target,
          setTimeout(() => load(target), delay),
        );
    }
  },
  { rootMargin: '400px' },
);

function load(target: Element): void {
  near.unobserve(target);
  loads.get(target)?.();
}

const loads = new WeakMap<Element, () => void>();

/** An image element that loads its thumbnail only when it comes near the screen. `alt: ''`: there is text beside it. */
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
