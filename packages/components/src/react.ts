import { type ComponentProps, createElement, type ReactElement } from 'react';
import * as dom from 'react-dom';
import type { Attributes } from '@tintype/core/picture-parts';
import { pictureAttributes, type PictureProps } from './picture-attributes.ts';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export function Picture({
  of,
  priority = false,
  placeholder = 'blur',
  style,
  width,
  height,
  sizes,
  loading,
  ...rest
}: PictureProps & Omit<ComponentProps<'img'>, keyof PictureProps>): ReactElement {
  const { sources, img, background, preload } = pictureAttributes(
    { of, priority, placeholder },
    defined({ width, height, sizes, loading }),
  );
  if (preload !== null) preloadEarly(preload);
  const styled = background === null ? style : { background, ...style };
  return createElement(
    'picture',
    null,
    ...sources.map((source, key) => createElement('source', { ...inReact(source), key })),
    createElement('img', { ...inReact(img), ...rest, style: styled }),
  );
}

/** React writes some attributes in another way than HTML. Those that decide others are the same. */
function defined(given: Readonly<Record<string, string | number | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function inReact({ srcset, fetchpriority, ...attributes }: Attributes): Record<string, unknown> {
  return {
    ...Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null)),
    ...(srcset != null && { srcSet: srcset }),
    ...(fetchpriority != null && { fetchPriority: fetchpriority }),
  };
}

/** React before 19 has no `preload`. */
function preloadEarly({ href, type, imagesrcset, imagesizes }: Attributes): void {
  const preload = (dom as Partial<typeof dom>)['preload'];
  preload?.(String(href), {
    as: 'image',
    fetchPriority: 'high',
    ...(type != null && { type: String(type) }),
    ...(imagesrcset != null && { imageSrcSet: String(imagesrcset) }),
    ...(imagesizes != null && { imageSizes: String(imagesizes) }),
  });
}
