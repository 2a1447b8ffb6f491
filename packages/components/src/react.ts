import { type ComponentProps, createElement, type ReactElement } from 'react';
import * as dom from 'react-dom';
import type { Attributes } from '@tintype/core/picture-parts';
import { pictureAttributes, type PictureProps, preloadLinks } from './picture-attributes.ts';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export function Picture(
  props: PictureProps & Omit<ComponentProps<'img'>, keyof PictureProps>,
): ReactElement {
  const { sources, img } = pictureAttributes({ ...props, style: { ...props.style } });
  for (const link of props.priority ? preloadLinks({ sources, img }) : []) {
    // React before 19 has no `preload`.
    (dom as Partial<typeof dom>)['preload']?.(img['src'] as string, {
      as: 'image',
      fetchPriority: 'high',
      type: link['type'] as string,
      imageSrcSet: link['imagesrcset'] as string,
      imageSizes: link['imagesizes'] as string,
    });
  }
  return createElement(
    'picture',
    null,
    ...sources.map((source) => createElement('source', inReact(source))),
    createElement('img', inReact(img)),
  );
}

/** React writes some attributes in another way than HTML. */
function inReact({ srcset, fetchpriority, ...others }: Attributes): Record<string, unknown> {
  return { srcSet: srcset, fetchPriority: fetchpriority, ...others };
}
