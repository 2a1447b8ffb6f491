/** `@tintype/core/picture-parts`: what our own plugins and components build pictures from, in pages, too. It is not public. */
export { mediaTypeOf } from './media-type.ts';
export {
  type Attributes,
  formatSources,
  pictureElements,
  type PictureElements,
  renderAttributes,
  renderSources,
  stillPicture,
} from './picture/picture-elements.ts';
