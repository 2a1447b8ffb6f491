/** The files of a project that is built with stand-ins, which take time to draw and encode. */
export const small = {
  'site.images.yaml':
    'images: { hero: { prompt: A keeper, alt: A keeper, formats: [webp], crop: 48x48 } }',
  'main.js': "export { default as hero } from 'virtual:tintype/hero';",
} as const;
