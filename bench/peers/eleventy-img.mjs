// eleventy-img at its defaults: `node eleventy-img.mjs <outDir> <formats> <widths> <picture>…`, without its cache.
import makeImages from '@11ty/eleventy-img';

const [outputDir, formats, widths, ...pictures] = process.argv.slice(2);
const options = {
  outputDir,
  formats: formats.split(','),
  widths: widths.split(',').map(Number),
  useCache: false,
};
await Promise.all(pictures.map((path) => makeImages(path, options)));
