import type { Asset, AssetMap } from '@tintype/core';
import { html, type Html } from './html.ts';

/** Where the page finds the files of the asset map. */
const base = 'images/';

/** An image of the asset map, by its id. */
export function assetNamed(assets: AssetMap, id: string): Asset {
  const asset = assets.images[id];
  if (asset === undefined) throw new Error(`no image "${id}" in the asset map: run tintype first`);
  return asset;
}

/** The address of the image's main file, relative to the page. */
export function fileOf(asset: Asset): string {
  return base + asset.src;
}

/**
 * A complete `<picture>`: a source for each format, the last one as the fallback, room kept for it before it arrives,
 * and its preview behind it. `isFirst`: it is on the screen when the page opens, so it is fetched ahead of the others.
 */
export function picture(asset: Asset, { isFirst = false } = {}): Html {
  const sizes = asset.sizes ?? '100vw';
  const sources = Object.entries(asset.sources).map(([format, candidates]) => ({
    type: `image/${format}`,
    srcset: candidates.replaceAll(/(^|, )/g, `$1${base}`),
  }));
  const fallback = sources.pop();

  return html`<picture>
    ${sources.map(
      ({ type, srcset }) => html`<source type="${type}" srcset="${srcset}" sizes="${sizes}" />`,
    )}
    <img
      src="${fileOf(asset)}"
      srcset="${fallback?.srcset ?? ''}"
      sizes="${sizes}"
      width="${asset.width}"
      height="${asset.height}"
      alt="${asset.alt}"
      loading="${isFirst ? 'eager' : 'lazy'}"
      fetchpriority="${isFirst ? 'high' : 'auto'}"
      decoding="async"
      style="${preview(asset)}"
    />
  </picture>`;
}

/** What stands in the picture's place until it is there; nothing for `placeholder: none`. */
function preview({ color, placeholder }: Asset): string {
  const image = placeholder === null ? '' : `url(${placeholder}) center / cover`;
  return color === null && placeholder === null ? '' : `background: ${color ?? ''} ${image}`;
}
