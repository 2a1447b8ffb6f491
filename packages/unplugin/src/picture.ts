/** `tintype-unplugin/picture`: for pages and components. */
export {
  type Asset,
  type Attributes,
  type ExactPicture,
  type Picture,
  pictureElements,
  type PictureElements,
  pictureHtml,
  stillPicture,
  type SvgAttributes,
  svgElements,
  type SvgElements,
  svgHtml,
  toPicture,
} from '@tintype/core/picture';
