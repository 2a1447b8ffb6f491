import { type FunctionalComponent, h, type ImgHTMLAttributes } from 'vue';
import { pictureAttributes, type PictureProps } from './picture-attributes.ts';

/** A picture in every format that it has. All other attributes are those of the `<img>`. */
export const Picture: FunctionalComponent<
  PictureProps & Omit<ImgHTMLAttributes, keyof PictureProps>
> = (props, { attrs: { style, ...attributes } }) => {
  const { sources, img } = pictureAttributes({ ...props, ...attributes });
  return h('picture', [
    ...sources.map((source) => h('source', source)),
    h('img', { ...img, style: [img['style'], style] }),
  ]);
};
Picture.props = { of: Object, priority: Boolean, placeholder: String } as never;
Picture.inheritAttrs = false;
