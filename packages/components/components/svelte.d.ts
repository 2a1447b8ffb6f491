import type { Component } from 'svelte';
import type { HTMLImgAttributes } from 'svelte/elements';
import type { PictureProps } from '@tintype/components';

/** A picture in every format that it has. All other props are those of the `<img>`. */
export declare const Picture: Component<PictureProps & Omit<HTMLImgAttributes, keyof PictureProps>>;
