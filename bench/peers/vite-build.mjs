// A build of `<root>/main.js`: `node vite-build.mjs <root> <nothing|imagetools|path of vite-plugin-tintype>`.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// As Vite's own command does.
enableCompileCache();
const { build } = await import('vite');

const [root, what] = process.argv.slice(2);
await build({
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [await pluginOf(what)],
  build: {
    assetsInlineLimit: 0,
    rollupOptions: { input: join(root, 'main.js'), preserveEntrySignatures: 'strict' },
  },
});

async function pluginOf(name) {
  if (name === 'nothing') return [];
  if (name === 'imagetools') {
    const { imagetools } = await import('vite-imagetools');
    return imagetools({ cache: { enabled: true, dir: join(root, '.imagetools') } });
  }
  const { tintype } = await import(pathToFileURL(name).href);
  return tintype();
}
