/* eslint-disable */
// biome-ignore-all lint: this file is generated
// biome-ignore-all format: this file is generated
// Written by vite-plugin-tintype from the manifests, and again whenever they change.

// prettier-ignore
interface TintypeEnv { readonly ids: true }

// prettier-ignore
declare module 'virtual:tintype' {
  const images: {
    readonly 'apples/winter-bell': () => Promise<typeof import('virtual:tintype/apples/winter-bell')>;
    readonly 'apples/harbour-pippin': () => Promise<typeof import('virtual:tintype/apples/harbour-pippin')>;
    readonly 'apples/old-argument': () => Promise<typeof import('virtual:tintype/apples/old-argument')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype?eager' {
  const pictures: {
    readonly 'apples/winter-bell': typeof import('virtual:tintype/apples/winter-bell').default;
    readonly 'apples/harbour-pippin': typeof import('virtual:tintype/apples/harbour-pippin').default;
    readonly 'apples/old-argument': typeof import('virtual:tintype/apples/old-argument').default;
  };
  export default pictures;
}

// prettier-ignore
declare module 'virtual:tintype/apples/winter-bell' {
  /**
   * A small dark red apple with frost on one side, hanging alone on a bare branch. Watercolour plate from a fruit grower’s notebook, pencil notes without letters, cream paper.
   *
   * src/lib/apples.images.yaml
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
declare module 'virtual:tintype/apples/winter-bell?inline' {
  export * from 'virtual:tintype/apples/winter-bell';
  export { default } from 'virtual:tintype/apples/winter-bell';
}

// prettier-ignore
declare module 'virtual:tintype/apples/winter-bell?no-inline' {
  export * from 'virtual:tintype/apples/winter-bell';
  export { default } from 'virtual:tintype/apples/winter-bell';
}

// prettier-ignore
declare module 'virtual:tintype/apples/harbour-pippin' {
  /**
   * Two flat yellow apples with russet shoulders on a blue enamel plate. Watercolour plate from a fruit grower’s notebook, pencil notes without letters, cream paper.
   *
   * src/lib/apples.images.yaml
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
declare module 'virtual:tintype/apples/harbour-pippin?inline' {
  export * from 'virtual:tintype/apples/harbour-pippin';
  export { default } from 'virtual:tintype/apples/harbour-pippin';
}

// prettier-ignore
declare module 'virtual:tintype/apples/harbour-pippin?no-inline' {
  export * from 'virtual:tintype/apples/harbour-pippin';
  export { default } from 'virtual:tintype/apples/harbour-pippin';
}

// prettier-ignore
declare module 'virtual:tintype/apples/old-argument' {
  /**
   * A large green apple cut in half, one half already brown, the knife still in it. Watercolour plate from a fruit grower’s notebook, pencil notes without letters, cream paper.
   *
   * src/lib/apples.images.yaml
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
declare module 'virtual:tintype/apples/old-argument?inline' {
  export * from 'virtual:tintype/apples/old-argument';
  export { default } from 'virtual:tintype/apples/old-argument';
}

// prettier-ignore
declare module 'virtual:tintype/apples/old-argument?no-inline' {
  export * from 'virtual:tintype/apples/old-argument';
  export { default } from 'virtual:tintype/apples/old-argument';
}

// prettier-ignore
declare module 'virtual:tintype/apples/*' {
  const images: {
    readonly 'apples/winter-bell': () => Promise<typeof import('virtual:tintype/apples/winter-bell')>;
    readonly 'apples/harbour-pippin': () => Promise<typeof import('virtual:tintype/apples/harbour-pippin')>;
    readonly 'apples/old-argument': () => Promise<typeof import('virtual:tintype/apples/old-argument')>;
  };
  export default images;
}

// prettier-ignore
declare module 'virtual:tintype/apples/*?eager' {
  const pictures: {
    readonly 'apples/winter-bell': typeof import('virtual:tintype/apples/winter-bell').default;
    readonly 'apples/harbour-pippin': typeof import('virtual:tintype/apples/harbour-pippin').default;
    readonly 'apples/old-argument': typeof import('virtual:tintype/apples/old-argument').default;
  };
  export default pictures;
}
