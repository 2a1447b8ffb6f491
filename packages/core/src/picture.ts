/**
 * `@tintype/core/picture`: a picture's elements and HTML. It runs anywhere, in pages, too, and loads nothing else. Projects import it
 * from the package that they installed: `tintype/picture`, `vite-plugin-tintype/picture` or `tintype-unplugin/picture`.
 */
export type { Asset, ExactPicture, Picture } from './types.ts';
export { toPicture } from './picture/asset-picture.ts';
export {
  type Attributes,
  pictureElements,
  type PictureElements,
  stillPicture,
} from './picture/picture-elements.ts';
export { pictureHtml } from './picture/picture-html.ts';
export { type SvgAttributes, svgElements, type SvgElements, svgHtml } from './picture/svg-html.ts';
