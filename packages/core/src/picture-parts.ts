/** `@tintype/core/picture-parts`: what our own plugins and components build pictures from, in pages, too. It is not public. */
export { mediaTypeOf } from './media-type.ts';
export {
  type Attributes,
  backgroundOf,
  pictureElements,
  type PictureElements,
  renderAttributes,
  renderSources,
  sourcesOf,
  stillPicture,
} from './picture/picture-elements.ts';
export { fullSizeUrl } from './srcset.ts';
