/* eslint-disable */
// biome-ignore-all lint: this file is generated
// biome-ignore-all format: this file is generated
// Written by tintype-unplugin from the manifests, and again whenever they change.

// prettier-ignore
interface TintypeEnv { readonly ids: true }

// prettier-ignore
declare module 'virtual:tintype' {
  const images: {
    readonly 'slip': () => Promise<typeof import('virtual:tintype/slip')>;
    readonly 'boats/dinghy': () => Promise<typeof import('virtual:tintype/boats/dinghy')>;
    readonly 'boats/smack': () => Promise<typeof import('virtual:tintype/boats/smack')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype?eager' {
  const pictures: {
    readonly 'slip': typeof import('virtual:tintype/slip').default;
    readonly 'boats/dinghy': typeof import('virtual:tintype/boats/dinghy').default;
    readonly 'boats/smack': typeof import('virtual:tintype/boats/smack').default;
  };
  export default pictures;
}

// prettier-ignore
declare module 'virtual:tintype/slip' {
  /**
   * A wooden hull on a slipway at low tide, seen from the water. Linocut in two inks, pitch black and pale green, no lettering.
   *
   * yard.images.yaml
   */
  const picture: import('tintype-unplugin/picture').ExactPicture<'webp' | 'jpeg', 1536, 1024>;
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
declare module 'virtual:tintype/slip?inline' {
  export * from 'virtual:tintype/slip';
  export { default } from 'virtual:tintype/slip';
}

// prettier-ignore
declare module 'virtual:tintype/slip?no-inline' {
  export * from 'virtual:tintype/slip';
  export { default } from 'virtual:tintype/slip';
}

// prettier-ignore
declare module 'virtual:tintype/boats/dinghy' {
  /**
   * A clinker dinghy upside down on two trestles. Linocut in two inks, pitch black and pale green, no lettering.
   *
   * yard.images.yaml
   */
  const picture: import('tintype-unplugin/picture').ExactPicture<'webp', 1024, 1024>;
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
declare module 'virtual:tintype/boats/dinghy?inline' {
  export * from 'virtual:tintype/boats/dinghy';
  export { default } from 'virtual:tintype/boats/dinghy';
}

// prettier-ignore
declare module 'virtual:tintype/boats/dinghy?no-inline' {
  export * from 'virtual:tintype/boats/dinghy';
  export { default } from 'virtual:tintype/boats/dinghy';
}

// prettier-ignore
declare module 'virtual:tintype/boats/smack' {
  /**
   * A fishing smack with a new mast and no sails yet. Linocut in two inks, pitch black and pale green, no lettering.
   *
   * yard.images.yaml
   */
  const picture: import('tintype-unplugin/picture').ExactPicture<'webp', 1024, 1024>;
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
declare module 'virtual:tintype/boats/smack?inline' {
  export * from 'virtual:tintype/boats/smack';
  export { default } from 'virtual:tintype/boats/smack';
}

// prettier-ignore
declare module 'virtual:tintype/boats/smack?no-inline' {
  export * from 'virtual:tintype/boats/smack';
  export { default } from 'virtual:tintype/boats/smack';
}

// prettier-ignore
declare module 'virtual:tintype/boats/*' {
  const images: {
    readonly 'boats/dinghy': () => Promise<typeof import('virtual:tintype/boats/dinghy')>;
    readonly 'boats/smack': () => Promise<typeof import('virtual:tintype/boats/smack')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype/boats/*?eager' {
  const pictures: {
    readonly 'boats/dinghy': typeof import('virtual:tintype/boats/dinghy').default;
    readonly 'boats/smack': typeof import('virtual:tintype/boats/smack').default;
  };
  export default pictures;
}
