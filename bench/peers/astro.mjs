// astro at its defaults: `node astro.mjs <outDir> <formats> <widths> <picture>…`, a page with a <Picture> for each.
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'astro';

const [outDir, formats, widths, ...pictures] = process.argv.slice(2);
const root = join(outDir, 'site');
const [fallbackFormat, ...others] = formats.split(',').toReversed();
await mkdir(join(root, 'src/pages'), { recursive: true });
await symlink(fileURLToPath(new URL('node_modules', import.meta.url)), join(root, 'node_modules'));
await Promise.all(pictures.map((path) => copyFile(path, join(root, 'src', basename(path)))));
const imports = pictures.map((path, at) => `import p${at} from '../${basename(path)}';`);
const names = pictures.map((_, at) => `p${at}`);
const page = `---
import { Picture } from 'astro:assets';
${imports.join('\n')}
---
{[${names.join(', ')}].map((src) => (
  <Picture src={src} alt="" widths={[${widths}]} sizes="100vw"
    formats={${JSON.stringify(others.toReversed())}} fallbackFormat="${fallbackFormat}" />
))}
`;
await writeFile(join(root, 'src/pages/index.astro'), page);
await build({
  root,
  logLevel: 'error',
  outDir: join(outDir, 'dist'),
  cacheDir: join(outDir, 'cache'),
});
