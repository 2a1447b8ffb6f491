import {
  type ComponentProps,
  createComponent,
  createMemo,
  type JSX,
  mergeProps,
  splitProps,
} from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { Attributes } from '@tintype/core/picture-parts';
import {
  pictureAttributes,
  type PictureProps,
  type Style,
  withBackground,
} from './picture-attributes.ts';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export function Picture(
  props: PictureProps & Omit<ComponentProps<'img'>, keyof PictureProps>,
): JSX.Element {
  const [own, styled, rest] = splitProps(props, ['of', 'priority', 'placeholder'], ['style']);
  const elements = createMemo(() => pictureAttributes(own, { ...rest } as Attributes));
  return createComponent(Dynamic<'picture'>, {
    component: 'picture',
    get children() {
      return [
        ...elements().sources.map((source) =>
          createComponent(Dynamic, { component: 'source', ...source }),
        ),
        createComponent(
          Dynamic<'img'>,
          // A function, so that a change of the picture changes the attributes of the same element.
          mergeProps({ component: 'img' as const }, () => ({
            ...elements().img,
            style: withBackground(elements().background, styled.style as Style),
          })) as DynamicProps<'img'>,
        ),
      ];
    },
  });
}

type DynamicProps<Tag extends 'img'> = Parameters<typeof Dynamic<Tag>>[0];
