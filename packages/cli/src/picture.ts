/** `tintype/picture`: for templates without a bundler, which have the asset map. */
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
