import { type FunctionalComponent, h, type ImgHTMLAttributes } from 'vue';
import type { Attributes } from '@tintype/core/picture-parts';
import { pictureAttributes, type PictureProps } from './picture-attributes.ts';

/** A picture in every format that it has. All other attributes are those of the `<img>`. */
export const Picture: FunctionalComponent<
  PictureProps & Omit<ImgHTMLAttributes, keyof PictureProps>
> = ({ of, priority, placeholder = 'blur' }, { attrs }) => {
  const { style, class: classes, ...given } = attrs;
  const { sources, img, background } = pictureAttributes(
    { of, priority: priority ?? false, placeholder },
    given as Attributes,
  );
  const own = background === null ? [] : [{ background }];
  return h('picture', [
    ...sources.map((source) => h('source', source)),
    h('img', { ...img, class: classes, style: [...own, style] }),
  ]);
};
Picture.props = { of: Object, priority: Boolean, placeholder: String } as never;
Picture.inheritAttrs = false;
