import type { Picture } from '../types.ts';
import {
  type Attributes,
  pictureElements,
  renderAttributes,
  renderSources,
} from './picture-elements.ts';

/**
 * The HTML of a picture: `<picture>` with one `<source>` for each format and for the first frame of an animation, or only an
 * `<img>` if there is one format.
 * `attributes` are for the `<img>`, and override the picture's. Everything is escaped. Runs anywhere.
 */
export function pictureHtml(picture: Picture, attributes: Attributes = {}): string {
  const { sources, img } = pictureElements(picture, lowerCased(attributes));
  const tag = `<img${renderAttributes({ src: img['src'], ...img })}>`;
  return sources.length === 0 ? tag : `<picture>${renderSources(sources)}${tag}</picture>`;
}

function lowerCased(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
