import type { HTMLAttributes } from 'astro/types';
import type { PictureProps } from '@tintype/components';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export declare const Picture: (
  props: PictureProps & Omit<HTMLAttributes<'img'>, keyof PictureProps>,
) => unknown;
