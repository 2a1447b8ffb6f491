/* eslint-disable */
// biome-ignore-all lint: this file is generated
// biome-ignore-all format: this file is generated
// Written by vite-plugin-tintype from the manifests, and again whenever they change.

// prettier-ignore
interface TintypeEnv { readonly ids: true }

// prettier-ignore
declare module 'virtual:tintype' {
  const images: {
    readonly 'hall/morning': () => Promise<typeof import('virtual:tintype/hall/morning')>;
    readonly 'hall/evening': () => Promise<typeof import('virtual:tintype/hall/evening')>;
    readonly 'slipper': () => Promise<typeof import('virtual:tintype/slipper')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype?eager' {
  const pictures: {
    readonly 'hall/morning': typeof import('virtual:tintype/hall/morning').default;
    readonly 'hall/evening': typeof import('virtual:tintype/hall/evening').default;
    readonly 'slipper': typeof import('virtual:tintype/slipper').default;
  };
  export default pictures;
}

// prettier-ignore
declare module 'virtual:tintype/hall/morning' {
  /**
   * A 1908 swimming hall with a gallery of iron balconies, empty and still, low sun through the glass roof on the water. Screen print in three inks, pool green, tile white and coral, flat light, no lettering.
   *
   * baths.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 1536, 1024>;
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
declare module 'virtual:tintype/hall/morning?inline' {
  export * from 'virtual:tintype/hall/morning';
  export { default } from 'virtual:tintype/hall/morning';
}

// prettier-ignore
declare module 'virtual:tintype/hall/morning?no-inline' {
  export * from 'virtual:tintype/hall/morning';
  export { default } from 'virtual:tintype/hall/morning';
}

// prettier-ignore
declare module 'virtual:tintype/hall/evening' {
  /**
   * A 1908 swimming hall with a gallery of iron balconies, with every lamp lit, dark glass above and one swimmer in lane four. Screen print in three inks, pool green, tile white and coral, flat light, no lettering.
   *
   * baths.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 1536, 1024>;
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
declare module 'virtual:tintype/hall/evening?inline' {
  export * from 'virtual:tintype/hall/evening';
  export { default } from 'virtual:tintype/hall/evening';
}

// prettier-ignore
declare module 'virtual:tintype/hall/evening?no-inline' {
  export * from 'virtual:tintype/hall/evening';
  export { default } from 'virtual:tintype/hall/evening';
}

// prettier-ignore
declare module 'virtual:tintype/slipper' {
  /**
   * A slipper bath with brass taps in a white-tiled cubicle, a towel over the door. Screen print in three inks, pool green, tile white and coral, flat light, no lettering.
   *
   * baths.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp', 896, 1120>;
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
declare module 'virtual:tintype/slipper?inline' {
  export * from 'virtual:tintype/slipper';
  export { default } from 'virtual:tintype/slipper';
}

// prettier-ignore
declare module 'virtual:tintype/slipper?no-inline' {
  export * from 'virtual:tintype/slipper';
  export { default } from 'virtual:tintype/slipper';
}

// prettier-ignore
declare module 'virtual:tintype/hall/*' {
  const images: {
    readonly 'hall/morning': () => Promise<typeof import('virtual:tintype/hall/morning')>;
    readonly 'hall/evening': () => Promise<typeof import('virtual:tintype/hall/evening')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype/hall/*?eager' {
  const pictures: {
    readonly 'hall/morning': typeof import('virtual:tintype/hall/morning').default;
    readonly 'hall/evening': typeof import('virtual:tintype/hall/evening').default;
  };
  export default pictures;
}
