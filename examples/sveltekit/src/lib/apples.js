import pictures from 'virtual:tintype/apples/*';
import apples from './apples.json';

/** Every apple with its picture. The picture's module is loaded on demand. */
export const library = apples.map((apple) => ({
  ...apple,
  picture: async () => (await pictures[`apples/${apple.slug}`]()).default,
}));
