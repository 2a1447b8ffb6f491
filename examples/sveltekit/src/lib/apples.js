import pictures from 'virtual:tintype/apples/*';
import apples from './apples.json';

/** Every apple with its picture, whose module is loaded when it is asked for. */
export const library = apples.map((apple) => ({
  ...apple,
  picture: async () => (await pictures[`apples/${apple.slug}`]()).default,
}));
