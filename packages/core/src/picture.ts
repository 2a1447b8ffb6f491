/**
 * `@tintype/core/picture`: a picture's elements and HTML. It runs anywhere, in pages, too, and loads nothing else. Projects import it
 * from the package that they installed: `tintype/picture` or `vite-plugin-tintype/picture`.
 */
export type { Asset, ExactPicture, Picture } from './types.ts';
export { toPicture } from './picture/asset-picture.ts';
export {
  type Attributes,
  backgroundOf,
  mediaTypeOf,
  pictureElements,
  type PictureElements,
  renderAttributes,
  renderSources,
  sourcesOf,
  stillPicture,
} from './picture/picture-elements.ts';
export { pictureHtml } from './picture/picture-html.ts';
export { type SvgAttributes, svgElements, type SvgElements, svgHtml } from './picture/svg-html.ts';
