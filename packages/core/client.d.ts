/**
 * Declares any id as a picture, so that a new clone compiles before `tintype-env.d.ts` exists. Once that file exists and is
 * included, an id that it does not list is a type error where its import is used.
 */

/** `tintype-env.d.ts` adds `ids` to it. */
interface TintypeEnv {}

type TintypeImport<T> = TintypeEnv extends { readonly ids: true }
  ? 'no image has this id; tintype-env.d.ts lists all'
  : T;

declare module 'virtual:tintype/*?raw' {
  const markup: TintypeImport<string>;
  export default markup;
}

// Only folders take it. It comes before any id, because the first of two patterns of one prefix wins.
declare module 'virtual:tintype/*?eager' {
  const pictures: TintypeImport<Readonly<Record<string, import('./dist/types.js').Picture>>>;
  export default pictures;
}

declare module 'virtual:tintype/*' {
  type Picture = import('./dist/types.js').Picture;
  const picture: TintypeImport<Picture>;
  export default picture;
  export const sources: TintypeImport<Picture['sources']>;
  export const img: TintypeImport<Picture['img']>;
  export const alt: TintypeImport<Picture['alt']>;
  export const sizes: TintypeImport<Picture['sizes']>;
  export const placeholder: TintypeImport<Picture['placeholder']>;
  export const color: TintypeImport<Picture['color']>;
  export const hasAlpha: TintypeImport<Picture['hasAlpha']>;
  export const ai: TintypeImport<Picture['ai']>;
  export const src: TintypeImport<string>;
  export const width: TintypeImport<number>;
  export const height: TintypeImport<number>;
}

// With a star, so that the exact declaration of `tintype-env.d.ts` wins.
declare module 'virtual:tintype*' {
  const images: Readonly<Record<string, () => Promise<typeof import('virtual:tintype/*')>>>;
  export default images;
}

declare module 'virtual:tintype?eager*' {
  const pictures: Readonly<Record<string, import('./dist/types.js').Picture>>;
  export default pictures;
}
