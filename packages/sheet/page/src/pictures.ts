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

const query = prefersStills ? '?thumbnail&still' : '?thumbnail';

/**
 * Pictures that only pass by are not loaded, because those that stay come first then: after a picture has come near, the next ones wait
 * until none has come for so many frames. Frames and not milliseconds, because a busy machine needs the pause the most.
 */
const framesBetween = 8;
let framesLeft = 0;
const waiting = new Set<Element>();

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) waiting.add(target);
      else waiting.delete(target);
    }
    const isFirst = framesLeft === 0;
    framesLeft = framesBetween;
    if (!isFirst) return;
    load();
    requestAnimationFrame(countFrame);
  },
  { rootMargin: '400px' },
);

function countFrame(): void {
  if (--framesLeft === 0) load();
  else requestAnimationFrame(countFrame);
}

function load(): void {
  for (const target of waiting) {
    near.unobserve(target);
    for (const image of [target, ...target.querySelectorAll('img')]) {
      loads.get(image)?.();
      loads.delete(image);
    }
  }
  waiting.clear();
}

/** Loads the thumbnails in an element when it comes near the screen. */
export function loadWhenNear(element: Element): void {
  // It may be near already, with other thumbnails than before.
  near.unobserve(element);
  near.observe(element);
}

const loads = new WeakMap<Element, () => void>();

/** An image element that loads its thumbnail when it, or what it is in, comes near the screen. `alt: ''`: there is text beside it. */
export function thumbnail(
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
    const url = source(picture.hash, query);
    if (url === null) image.classList.add('broken');
    else image.src = url;
  });
  return image;
}

/** A thumbnail that stands by itself. */
export function lazyThumbnail(...args: Parameters<typeof thumbnail>): HTMLImageElement {
  const image = thumbnail(...args);
  loadWhenNear(image);
  return image;
}
