import { type ComponentProps, h, type VNode } from 'preact';
import type { Attributes } from '@tintype/core/picture-parts';
import {
  pictureAttributes,
  type PictureProps,
  type Style,
  withBackground,
} from './picture-attributes.ts';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export function Picture({
  of,
  priority = false,
  placeholder = 'blur',
  style,
  ...given
}: PictureProps & Omit<ComponentProps<'img'>, keyof PictureProps>): VNode {
  const { sources, img, background } = pictureAttributes(
    { of, priority, placeholder },
    given as Attributes,
  );
  return h('picture', null, [
    ...sources.map((source) => h('source', source)),
    h('img', { ...img, style: withBackground(background, style as Style) } as Attributes),
  ]);
}
