import type { Asset, AssetMap } from '@tintype/core';
import { html, type Html } from './html.ts';

/** The path from the page to the files of the asset map. */
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
 * A complete `<picture>`: a source for each format, with the last format as the fallback. It reserves space before the picture
 * arrives and shows its preview meanwhile. `isFirst`: the picture is visible when the page opens, so it is fetched before the
 * others.
 */
export function picture(asset: Asset, { isFirst = false } = {}): Html {
  const sizes = asset.sizes ?? '100vw';
  const fromPage = (candidates: string) => candidates.replaceAll(/(^|, )/g, `$1${base}`);
  const sources = Object.entries(asset.sources).map(([format, candidates]) => ({
    type: `image/${format}`,
    srcset: fromPage(candidates),
  }));
  const fallback = sources.pop();

  // The first frame of an animation, for readers who prefer less motion.
  const still =
    asset.still === undefined
      ? []
      : html`<source
          media="(prefers-reduced-motion: reduce)"
          type="image/webp"
          srcset="${fromPage(asset.still)}"
          sizes="${sizes}"
        />`;

  return html`<picture>
    ${still}
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

/** The preview that is shown until the picture arrives; nothing for `placeholder: none`. */
function preview({ color, placeholder }: Asset): string {
  const image = placeholder === null ? '' : `url(${placeholder}) center / cover`;
  return color === null && placeholder === null ? '' : `background: ${color ?? ''} ${image}`;
}
