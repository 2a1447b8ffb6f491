/** A word that is easy to find where it should not be. */
export const canary = 'walrus';
/** A manifest with an image for each id. */
export const manifest = (ids: readonly string[]): string =>
  `images:\n${ids.map((id) => `  ${id}: { prompt: a ${canary} and a ${id}, alt: ${id}, size: 1024x1024, crop: 64x64, quality: low }\n`).join('')}`;
