import { defineConfig } from 'vite';
import tintype from 'vite-plugin-tintype';

// Two environments, which one `vite build --app` builds. They share one plan and use the same file names.
export default defineConfig({
  appType: 'custom',
  plugins: [tintype()],
  builder: {},
  environments: {
    client: { build: { outDir: 'dist/client' } },
    ssr: { build: { outDir: 'dist/server', rolldownOptions: { input: 'src/entry-server.ts' } } },
  },
});
