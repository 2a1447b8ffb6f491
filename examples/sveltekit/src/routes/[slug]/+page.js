import { error } from '@sveltejs/kit';
import { library } from '#lib/apples.js';

export const entries = () => library.map(({ slug }) => ({ slug }));

/** Loads the module of one picture. The page does not contain the others. */
export const load = async ({ params }) => {
  const apple = library.find(({ slug }) => slug === params.slug);
  if (apple === undefined) error(404, 'We do not have that one. Yet.');
  return { ...apple, picture: await apple.picture() };
};
