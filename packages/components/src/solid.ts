import { type ComponentProps, createComponent, createMemo, type JSX, mergeProps } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { pictureAttributes, type PictureProps } from './picture-attributes.ts';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export function Picture(
  props: PictureProps & Omit<ComponentProps<'img'>, keyof PictureProps>,
): JSX.Element {
  const elements = createMemo(() => pictureAttributes({ ...props }));
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
          mergeProps({ component: 'img' as const }, () => elements().img) as DynamicProps<'img'>,
        ),
      ];
    },
  });
}

type DynamicProps<Tag extends 'img'> = Parameters<typeof Dynamic<Tag>>[0];
