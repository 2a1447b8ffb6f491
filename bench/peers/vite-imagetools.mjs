// vite-imagetools at its defaults: `node vite-imagetools.mjs <outDir> <formats> <widths> <picture>…`, without its cache.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { imagetools } from 'vite-imagetools';

const [outDir, formats, widths, ...pictures] = process.argv.slice(2);
const root = join(outDir, 'site');
await mkdir(root, { recursive: true });
const query = `w=${widths.replaceAll(',', ';')}&format=${formats.replaceAll(',', ';')}&as=picture`;
const imports = pictures.map(
  (path, at) => `import p${at} from ${JSON.stringify(`${path}?${query}`)};`,
);
const names = pictures.map((_, at) => `p${at}`);
await writeFile(
  join(root, 'main.js'),
  `${imports.join('\n')}\nexport default [${names.join(', ')}];\n`,
);
await build({
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [imagetools({ cache: { enabled: false, dir: join(outDir, 'cache') } })],
  build: {
    outDir: join(outDir, 'dist'),
    assetsInlineLimit: 0,
    lib: { entry: join(root, 'main.js'), formats: ['es'], fileName: 'main' },
  },
});
