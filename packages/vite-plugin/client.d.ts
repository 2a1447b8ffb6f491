/**
 * What is known of imports without a manifest, so that a new clone compiles before anything has written
 * `tintype-env.d.ts`: any id is a picture. That file says which ids exist; a project that includes it needs no more.
 */

declare module 'virtual:tintype/*' {
  const picture: import('./dist/picture-html.js').Picture;
  export default picture;
  export const sources: (typeof picture)['sources'];
  export const img: (typeof picture)['img'];
  export const alt: (typeof picture)['alt'];
  export const sizes: (typeof picture)['sizes'];
  export const placeholder: (typeof picture)['placeholder'];
  export const color: (typeof picture)['color'];
  export const hasAlpha: (typeof picture)['hasAlpha'];
  export const ai: (typeof picture)['ai'];
  export const src: string;
  export const width: number;
  export const height: number;
}

// With a star, so that the exact declaration of `tintype-env.d.ts` wins.
declare module 'virtual:tintype*' {
  const images: Readonly<Record<string, () => Promise<typeof import('virtual:tintype/*')>>>;
  export default images;
}
