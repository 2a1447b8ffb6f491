import { fullSizeUrl } from '../srcset.ts';
import type { Asset, AssetArt, Picture } from '../types.ts';

/**
 * The picture of an entry of `tintype.assets.json`: the same object that a bundler's plugin makes of an import, for `pictureHtml` and
 * for components. `base` is the address of the folder of the asset map. A picture of `art` has the `alt` and `ai` of the picture that
 * it replaces, because the entry has no others.
 */
export function toPicture(asset: Asset, base = ''): Picture {
  const from = base === '' || base.endsWith('/') ? base : `${base}/`;
  const { alt, placeholder, color, hasAlpha = false, ai } = asset;
  const artPicture = (art: AssetArt): Picture => {
    const src = fullSizeUrl(Object.values(art.sources).at(-1) ?? '');
    return { ...shown(art, src), alt, placeholder: null, color: null, hasAlpha, ai };
  };
  const shown = (part: Asset | AssetArt, src: string) => ({
    sources: Object.fromEntries(
      Object.entries(part.sources).map(([format, srcset]) => [format, below(from, srcset)]),
    ),
    ...(part.still !== undefined && { still: below(from, part.still) }),
    img: { src: from + src, w: part.width, h: part.height },
    sizes: part.sizes,
  });
  const art = (asset.art ?? []).map((one) => ({ media: one.media, picture: artPicture(one) }));
  return {
    ...shown(asset, asset.src),
    ...(art.length > 0 && { art }),
    alt,
    placeholder,
    color,
    hasAlpha,
    ai,
  };
}

/** The candidates of a `srcset`, whose names have neither spaces nor commas. */
function below(base: string, srcset: string): string {
  return srcset
    .split(', ')
    .map((candidate) => base + candidate)
    .join(', ');
}
