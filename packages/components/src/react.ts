import { type ComponentProps, createElement, type ReactElement } from 'react';
import * as dom from 'react-dom';
import type { Attributes } from '@tintype/core/picture-parts';
import { pictureAttributes, type PictureProps } from './picture-attributes.ts';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export function Picture(
  props: PictureProps & Omit<ComponentProps<'img'>, keyof PictureProps>,
): ReactElement {
  const { sources, img } = pictureAttributes({ ...props, style: { ...props.style } });
  const { media, type, srcset, sizes } = sources[0] ?? img;
  // Of several pictures none is loaded early, because which one is shown depends on the page. React before 19 has no `preload`.
  if (props.priority && !media) {
    (dom as Partial<typeof dom>)['preload']?.(
      img['src'] as string,
      {
        as: 'image',
        fetchPriority: 'high',
        type,
        imageSrcSet: srcset,
        imageSizes: sizes,
      } as dom.PreloadOptions,
    );
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
