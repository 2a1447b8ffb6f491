import tintype from 'vite-plugin-tintype';
import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'Lighthouse',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  vite: { plugins: [tintype()] },
});
