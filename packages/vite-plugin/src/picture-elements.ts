/** What the plugin and its components use of core's pictures. */
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
} from '@tintype/core/picture';
