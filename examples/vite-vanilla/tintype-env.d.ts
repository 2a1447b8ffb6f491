/* eslint-disable */
// biome-ignore-all lint: this file is generated
// biome-ignore-all format: this file is generated
// Written by vite-plugin-tintype from the manifests, and again whenever they change.

// prettier-ignore
interface TintypeEnv { readonly ids: true }

// prettier-ignore
declare module 'virtual:tintype' {
  const images: {
    readonly 'hut': () => Promise<typeof import('virtual:tintype/hut')>;
    readonly 'windows/north': () => Promise<typeof import('virtual:tintype/windows/north')>;
    readonly 'windows/east': () => Promise<typeof import('virtual:tintype/windows/east')>;
    readonly 'windows/south': () => Promise<typeof import('virtual:tintype/windows/south')>;
    readonly 'windows/west': () => Promise<typeof import('virtual:tintype/windows/west')>;
    readonly 'ridge': () => Promise<typeof import('virtual:tintype/ridge')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype?eager' {
  const pictures: {
    readonly 'hut': typeof import('virtual:tintype/hut').default;
    readonly 'windows/north': typeof import('virtual:tintype/windows/north').default;
    readonly 'windows/east': typeof import('virtual:tintype/windows/east').default;
    readonly 'windows/south': typeof import('virtual:tintype/windows/south').default;
    readonly 'windows/west': typeof import('virtual:tintype/windows/west').default;
    readonly 'ridge': typeof import('virtual:tintype/ridge').default;
  };
  export default pictures;
}

// prettier-ignore
declare module 'virtual:tintype/hut' {
  /**
   * A small stone hut with one lit window on a saddle between two ridges, first snow, evening. Woodcut in three blocks, slate blue, snow white and a little signal orange, no lettering.
   *
   * hut.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'avif' | 'webp' | 'jpeg', 1536, 1024>;
  export default picture;
  export const sources: (typeof picture)['sources'];
  export const img: (typeof picture)['img'];
  export const alt: (typeof picture)['alt'];
  export const sizes: (typeof picture)['sizes'];
  export const placeholder: (typeof picture)['placeholder'];
  export const color: (typeof picture)['color'];
  export const hasAlpha: (typeof picture)['hasAlpha'];
  export const ai: (typeof picture)['ai'];
  export const src: (typeof picture)['img']['src'];
  export const width: (typeof picture)['img']['w'];
  export const height: (typeof picture)['img']['h'];
}

// prettier-ignore
declare module 'virtual:tintype/hut?inline' {
  export * from 'virtual:tintype/hut';
  export { default } from 'virtual:tintype/hut';
}

// prettier-ignore
declare module 'virtual:tintype/hut?no-inline' {
  export * from 'virtual:tintype/hut';
  export { default } from 'virtual:tintype/hut';
}

// prettier-ignore
declare module 'virtual:tintype/windows/north' {
  /**
   * The view through a deep stone window: a glacier with blue cracks and a line of seven climbers. Woodcut in three blocks, slate blue, snow white and a little signal orange, no lettering.
   *
   * hut.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 1024, 1024>;
  export default picture;
  export const sources: (typeof picture)['sources'];
  export const img: (typeof picture)['img'];
  export const alt: (typeof picture)['alt'];
  export const sizes: (typeof picture)['sizes'];
  export const placeholder: (typeof picture)['placeholder'];
  export const color: (typeof picture)['color'];
  export const hasAlpha: (typeof picture)['hasAlpha'];
  export const ai: (typeof picture)['ai'];
  export const src: (typeof picture)['img']['src'];
  export const width: (typeof picture)['img']['w'];
  export const height: (typeof picture)['img']['h'];
}

// prettier-ignore
declare module 'virtual:tintype/windows/north?inline' {
  export * from 'virtual:tintype/windows/north';
  export { default } from 'virtual:tintype/windows/north';
}

// prettier-ignore
declare module 'virtual:tintype/windows/north?no-inline' {
  export * from 'virtual:tintype/windows/north';
  export { default } from 'virtual:tintype/windows/north';
}

// prettier-ignore
declare module 'virtual:tintype/windows/east' {
  /**
   * The view through a deep stone window: a valley full of cloud with one church tower above it. Woodcut in three blocks, slate blue, snow white and a little signal orange, no lettering.
   *
   * hut.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 1024, 1024>;
  export default picture;
  export const sources: (typeof picture)['sources'];
  export const img: (typeof picture)['img'];
  export const alt: (typeof picture)['alt'];
  export const sizes: (typeof picture)['sizes'];
  export const placeholder: (typeof picture)['placeholder'];
  export const color: (typeof picture)['color'];
  export const hasAlpha: (typeof picture)['hasAlpha'];
  export const ai: (typeof picture)['ai'];
  export const src: (typeof picture)['img']['src'];
  export const width: (typeof picture)['img']['w'];
  export const height: (typeof picture)['img']['h'];
}

// prettier-ignore
declare module 'virtual:tintype/windows/east?inline' {
  export * from 'virtual:tintype/windows/east';
  export { default } from 'virtual:tintype/windows/east';
}

// prettier-ignore
declare module 'virtual:tintype/windows/east?no-inline' {
  export * from 'virtual:tintype/windows/east';
  export { default } from 'virtual:tintype/windows/east';
}

// prettier-ignore
declare module 'virtual:tintype/windows/south' {
  /**
   * The view through a deep stone window: a scree slope and two ibex that look straight in. Woodcut in three blocks, slate blue, snow white and a little signal orange, no lettering.
   *
   * hut.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 1024, 1024>;
  export default picture;
  export const sources: (typeof picture)['sources'];
  export const img: (typeof picture)['img'];
  export const alt: (typeof picture)['alt'];
  export const sizes: (typeof picture)['sizes'];
  export const placeholder: (typeof picture)['placeholder'];
  export const color: (typeof picture)['color'];
  export const hasAlpha: (typeof picture)['hasAlpha'];
  export const ai: (typeof picture)['ai'];
  export const src: (typeof picture)['img']['src'];
  export const width: (typeof picture)['img']['w'];
  export const height: (typeof picture)['img']['h'];
}

// prettier-ignore
declare module 'virtual:tintype/windows/south?inline' {
  export * from 'virtual:tintype/windows/south';
  export { default } from 'virtual:tintype/windows/south';
}

// prettier-ignore
declare module 'virtual:tintype/windows/south?no-inline' {
  export * from 'virtual:tintype/windows/south';
  export { default } from 'virtual:tintype/windows/south';
}

// prettier-ignore
declare module 'virtual:tintype/windows/west' {
  /**
   * The view through a deep stone window: the sun going down behind the ridge with a kestrel in front of it. Woodcut in three blocks, slate blue, snow white and a little signal orange, no lettering.
   *
   * hut.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 1024, 1024>;
  export default picture;
  export const sources: (typeof picture)['sources'];
  export const img: (typeof picture)['img'];
  export const alt: (typeof picture)['alt'];
  export const sizes: (typeof picture)['sizes'];
  export const placeholder: (typeof picture)['placeholder'];
  export const color: (typeof picture)['color'];
  export const hasAlpha: (typeof picture)['hasAlpha'];
  export const ai: (typeof picture)['ai'];
  export const src: (typeof picture)['img']['src'];
  export const width: (typeof picture)['img']['w'];
  export const height: (typeof picture)['img']['h'];
}

// prettier-ignore
declare module 'virtual:tintype/windows/west?inline' {
  export * from 'virtual:tintype/windows/west';
  export { default } from 'virtual:tintype/windows/west';
}

// prettier-ignore
declare module 'virtual:tintype/windows/west?no-inline' {
  export * from 'virtual:tintype/windows/west';
  export { default } from 'virtual:tintype/windows/west';
}

// prettier-ignore
declare module 'virtual:tintype/ridge' {
  /**
   * A ridge line at dusk with three layers of mountains behind it, wide and empty sky. Woodcut in three blocks, slate blue, snow white and a little signal orange, no lettering.
   *
   * hut.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 1776, 592>;
  export default picture;
  export const sources: (typeof picture)['sources'];
  export const img: (typeof picture)['img'];
  export const alt: (typeof picture)['alt'];
  export const sizes: (typeof picture)['sizes'];
  export const placeholder: (typeof picture)['placeholder'];
  export const color: (typeof picture)['color'];
  export const hasAlpha: (typeof picture)['hasAlpha'];
  export const ai: (typeof picture)['ai'];
  export const src: (typeof picture)['img']['src'];
  export const width: (typeof picture)['img']['w'];
  export const height: (typeof picture)['img']['h'];
}

// prettier-ignore
declare module 'virtual:tintype/ridge?inline' {
  export * from 'virtual:tintype/ridge';
  export { default } from 'virtual:tintype/ridge';
}

// prettier-ignore
declare module 'virtual:tintype/ridge?no-inline' {
  export * from 'virtual:tintype/ridge';
  export { default } from 'virtual:tintype/ridge';
}

// prettier-ignore
declare module 'virtual:tintype/windows/*' {
  const images: {
    readonly 'windows/north': () => Promise<typeof import('virtual:tintype/windows/north')>;
    readonly 'windows/east': () => Promise<typeof import('virtual:tintype/windows/east')>;
    readonly 'windows/south': () => Promise<typeof import('virtual:tintype/windows/south')>;
    readonly 'windows/west': () => Promise<typeof import('virtual:tintype/windows/west')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype/windows/*?eager' {
  const pictures: {
    readonly 'windows/north': typeof import('virtual:tintype/windows/north').default;
    readonly 'windows/east': typeof import('virtual:tintype/windows/east').default;
    readonly 'windows/south': typeof import('virtual:tintype/windows/south').default;
    readonly 'windows/west': typeof import('virtual:tintype/windows/west').default;
  };
  export default pictures;
}
