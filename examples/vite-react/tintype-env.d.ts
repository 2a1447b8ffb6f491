/* eslint-disable */
// biome-ignore-all lint: this file is generated
// biome-ignore-all format: this file is generated
// Written by vite-plugin-tintype from the manifests, and again whenever they change.

// prettier-ignore
interface TintypeEnv { readonly ids: true }

// prettier-ignore
declare module 'virtual:tintype' {
  const images: {
    readonly 'ward': () => Promise<typeof import('virtual:tintype/ward')>;
    readonly 'patients/longcase': () => Promise<typeof import('virtual:tintype/patients/longcase')>;
    readonly 'patients/cuckoo': () => Promise<typeof import('virtual:tintype/patients/cuckoo')>;
    readonly 'patients/alarm': () => Promise<typeof import('virtual:tintype/patients/alarm')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype?eager' {
  const pictures: {
    readonly 'ward': typeof import('virtual:tintype/ward').default;
    readonly 'patients/longcase': typeof import('virtual:tintype/patients/longcase').default;
    readonly 'patients/cuckoo': typeof import('virtual:tintype/patients/cuckoo').default;
    readonly 'patients/alarm': typeof import('virtual:tintype/patients/alarm').default;
  };
  export default pictures;
}

// prettier-ignore
declare module 'virtual:tintype/ward' {
  /**
   * A long workbench under a skylight, a row of opened clocks in white cloths like patients in their beds. Oil sketch, brass and oxblood on cream, one lamp from the left, no lettering.
   *
   * clocks.images.yaml
   */
  const picture: import('vite-plugin-tintype/picture').ExactPicture<'webp' | 'jpeg', 1536, 1024>;
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
declare module 'virtual:tintype/ward?inline' {
  export * from 'virtual:tintype/ward';
  export { default } from 'virtual:tintype/ward';
}

// prettier-ignore
declare module 'virtual:tintype/ward?no-inline' {
  export * from 'virtual:tintype/ward';
  export { default } from 'virtual:tintype/ward';
}

// prettier-ignore
declare module 'virtual:tintype/patients/longcase' {
  /**
   * A tall longcase clock with its door ajar and the pendulum tied with ribbon. Oil sketch, brass and oxblood on cream, one lamp from the left, no lettering.
   *
   * clocks.images.yaml
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
declare module 'virtual:tintype/patients/longcase?inline' {
  export * from 'virtual:tintype/patients/longcase';
  export { default } from 'virtual:tintype/patients/longcase';
}

// prettier-ignore
declare module 'virtual:tintype/patients/longcase?no-inline' {
  export * from 'virtual:tintype/patients/longcase';
  export { default } from 'virtual:tintype/patients/longcase';
}

// prettier-ignore
declare module 'virtual:tintype/patients/cuckoo' {
  /**
   * A carved cuckoo clock with the bird out on its spring and looking surprised. Oil sketch, brass and oxblood on cream, one lamp from the left, no lettering.
   *
   * clocks.images.yaml
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
declare module 'virtual:tintype/patients/cuckoo?inline' {
  export * from 'virtual:tintype/patients/cuckoo';
  export { default } from 'virtual:tintype/patients/cuckoo';
}

// prettier-ignore
declare module 'virtual:tintype/patients/cuckoo?no-inline' {
  export * from 'virtual:tintype/patients/cuckoo';
  export { default } from 'virtual:tintype/patients/cuckoo';
}

// prettier-ignore
declare module 'virtual:tintype/patients/alarm' {
  /**
   * A dented alarm clock with two bells lying on its back on a folded towel. Oil sketch, brass and oxblood on cream, one lamp from the left, no lettering.
   *
   * clocks.images.yaml
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
declare module 'virtual:tintype/patients/alarm?inline' {
  export * from 'virtual:tintype/patients/alarm';
  export { default } from 'virtual:tintype/patients/alarm';
}

// prettier-ignore
declare module 'virtual:tintype/patients/alarm?no-inline' {
  export * from 'virtual:tintype/patients/alarm';
  export { default } from 'virtual:tintype/patients/alarm';
}

// prettier-ignore
declare module 'virtual:tintype/patients/*' {
  const images: {
    readonly 'patients/longcase': () => Promise<typeof import('virtual:tintype/patients/longcase')>;
    readonly 'patients/cuckoo': () => Promise<typeof import('virtual:tintype/patients/cuckoo')>;
    readonly 'patients/alarm': () => Promise<typeof import('virtual:tintype/patients/alarm')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype/patients/*?eager' {
  const pictures: {
    readonly 'patients/longcase': typeof import('virtual:tintype/patients/longcase').default;
    readonly 'patients/cuckoo': typeof import('virtual:tintype/patients/cuckoo').default;
    readonly 'patients/alarm': typeof import('virtual:tintype/patients/alarm').default;
  };
  export default pictures;
}
