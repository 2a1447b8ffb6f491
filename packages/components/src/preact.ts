import { type ComponentProps, h, type VNode } from 'preact';
import { pictureAttributes, type PictureProps } from './picture-attributes.ts';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export function Picture(
  props: PictureProps & Omit<ComponentProps<'img'>, keyof PictureProps>,
): VNode {
  const { sources, img } = pictureAttributes({ ...props });
  return h('picture', null, [...sources.map((source) => h('source', source)), h('img', img)]);
}
