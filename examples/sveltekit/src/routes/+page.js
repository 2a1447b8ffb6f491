import { library } from '#lib/apples.js';

export const load = async () => ({
  apples: await Promise.all(
    library.map(async (apple) => ({ ...apple, picture: await apple.picture() })),
  ),
});
