import { defineConfig } from 'vite';
import tintype from 'vite-plugin-tintype';

// Two environments, built by one `vite build --app`: they share one plan, and name every file alike.
export default defineConfig({
  appType: 'custom',
  plugins: [tintype()],
  builder: {},
  environments: {
    client: { build: { outDir: 'dist/client' } },
    ssr: { build: { outDir: 'dist/server', rolldownOptions: { input: 'src/entry-server.ts' } } },
  },
});
