import { compilerOptions, type Framework, page, tsconfig, vite, viteConfig } from './framework.ts';

/** The six that most projects use: tried on every change. */
export const mostUsed: readonly Framework[] = [
  {
    ...vite,
    id: 'react',
    name: 'React',
    shownPackage: 'react',
    packages: [
      'vite@8',
      'react@19',
      'react-dom@19',
      '@vitejs/plugin-react',
      '@types/react@19',
      '@types/react-dom@19',
      'typescript@5',
    ],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(`import react from '@vitejs/plugin-react';`, 'react()'),
      'index.html': page('/main.tsx'),
      'main.tsx': `
        import { createRoot } from 'react-dom/client';
        import { App } from './app';
        createRoot(document.querySelector('#app')!).render(<App />);
      `,
      'app.tsx': `
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/react';
        export const App = () => <Picture of={hero} className="hero" priority />;
      `,
      'tsconfig.json': tsconfig({ jsx: 'react-jsx' }),
    },
    check: 'tsc',
    isServerRendered: false,
  },
  {
    ...vite,
    id: 'vue',
    name: 'Vue',
    shownPackage: 'vue',
    packages: ['vite@8', 'vue@3', '@vitejs/plugin-vue', 'vue-tsc', 'typescript@5'],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(`import vue from '@vitejs/plugin-vue';`, 'vue()'),
      'index.html': page('/main.ts'),
      'main.ts': `
        import { createApp } from 'vue';
        import App from './app.vue';
        createApp(App).mount('#app');
      `,
      'app.vue': `<script setup lang="ts">
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/vue';
        </script>
        <template><Picture :of="hero" class="hero" priority /></template>
      `,
      'tsconfig.json': tsconfig(),
    },
    check: 'vue-tsc',
    isServerRendered: false,
  },
  {
    ...vite,
    id: 'sveltekit',
    name: 'SvelteKit',
    shownPackage: '@sveltejs/kit',
    packages: [
      'vite@8',
      'svelte@5',
      '@sveltejs/kit@3',
      '@sveltejs/vite-plugin-svelte@7',
      '@sveltejs/adapter-static@4',
      'svelte-check',
      'typescript@5',
    ],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(
        `import { sveltekit } from '@sveltejs/kit/vite'; import adapter from '@sveltejs/adapter-static';`,
        'sveltekit({ adapter: adapter() })',
      ),
      'src/app.html': `<!doctype html><html lang="en"><head><link rel="icon" href="data:,">%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>`,
      'src/routes/+layout.ts': 'export const prerender = true;',
      'src/routes/+page.svelte': `<script lang="ts">
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/svelte';
        </script>
        <Picture of={hero} class="hero" priority />
      `,
      'tsconfig.json': JSON.stringify({
        extends: '$app/tsconfig',
        compilerOptions: { strict: true, skipLibCheck: true },
        include: ['src', 'tintype-env.d.ts'],
      }),
    },
    check: 'svelte-check --threshold error',
    output: 'build',
    isServerRendered: true,
  },
  {
    id: 'astro',
    name: 'Astro',
    shownPackage: 'astro',
    packages: ['astro@7', '@astrojs/check', 'typescript@5'],
    ours: '@tintype/astro',
    files: {
      'astro.config.mjs': `
        import tintype from '@tintype/astro';
        export default { integrations: [tintype()], devToolbar: { enabled: false } };
      `,
      'src/content.config.ts': `
        import { picture } from '@tintype/astro/content';
        import { glob } from 'astro/loaders';
        import { z } from 'astro/zod';
        import { defineCollection } from 'astro:content';
        export const collections = {
          posts: defineCollection({
            loader: glob({ pattern: '*.md', base: './src/posts' }),
            schema: ({ image }) => z.object({ cover: picture(image) }),
          }),
        };
      `,
      'src/posts/first.md': '---\ncover: tintype:hero\n---\n![](tintype:hero)\n',
      'src/pages/index.astro': `---
import hero from 'virtual:tintype/hero';
import { Picture } from '@tintype/astro/components';
import { getEntry, render } from 'astro:content';
const post = (await getEntry('posts', 'first'))!;
const { Content } = await render(post);
---
<html lang="en"><head><title>Matrix</title><link rel="icon" href="data:,"></head><body>
<Picture of={hero} class="hero" priority />
<Picture of={post.data.cover} class="cover" />
<Content />
</body></html>
`,
      'tsconfig.json': JSON.stringify({
        extends: 'astro/tsconfigs/strict',
        include: ['.astro/types.d.ts', '**/*'],
        exclude: ['dist'],
      }),
    },
    dev: 'astro dev --port PORT --host 127.0.0.1',
    build: 'astro build',
    serve: 'astro preview --port PORT --host 127.0.0.1',
    check: 'astro check --minimumSeverity error',
    output: 'dist',
    isServerRendered: true,
  },
  {
    id: 'nuxt',
    name: 'Nuxt',
    shownPackage: 'nuxt',
    packages: ['nuxt@4', 'vue@3', 'vue-router', 'vue-tsc', 'typescript@5'],
    ours: '@tintype/nuxt',
    files: {
      'nuxt.config.ts': `export default defineNuxtConfig({
        compatibilityDate: '2026-11-01',
        telemetry: false,
        devtools: { enabled: false },
        modules: ['@tintype/nuxt'],
        app: { head: { link: [{ rel: 'icon', href: 'data:,' }] } },
      });`,
      'app/app.vue': `<script setup lang="ts">
        import hero from 'virtual:tintype/hero';
        </script>
        <template><div><TintypePicture :of="hero" class="hero" priority /><img src="tintype:hero" /></div></template>
      `,
      'tsconfig.json': JSON.stringify({
        files: [],
        references: ['app', 'server', 'shared', 'node'].map((part) => ({
          path: `./.nuxt/tsconfig.${part}.json`,
        })),
      }),
    },
    dev: 'nuxt dev --port PORT --host 127.0.0.1',
    build: 'nuxt build',
    serve: 'node .output/server/index.mjs',
    check: 'nuxt typecheck',
    output: '.output/public',
    isServerRendered: true,
  },
  {
    id: 'react-router',
    name: 'React Router',
    shownPackage: 'react-router',
    packages: [
      'vite@8',
      'react@19',
      'react-dom@19',
      'react-router@8.4.0',
      '@react-router/dev@8.4.0',
      '@react-router/node@8.4.0',
      '@react-router/serve@8.4.0',
      'isbot',
      '@types/react@19',
      '@types/react-dom@19',
      'typescript@5',
    ],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(
        `import { reactRouter } from '@react-router/dev/vite';`,
        'reactRouter()',
      ),
      'react-router.config.ts': `export default { ssr: true };`,
      'app/routes.ts': `
        import { index } from '@react-router/dev/routes';
        export default [index('home.tsx')];
      `,
      'app/root.tsx': `
        import { Links, Meta, Outlet, Scripts } from 'react-router';
        export default function Root() {
          return (
            <html lang="en">
              <head><link rel="icon" href="data:," /><Meta /><Links /></head>
              <body><Outlet /><Scripts /></body>
            </html>
          );
        }
      `,
      'app/home.tsx': `
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/react';
        export default function Home() {
          return <Picture of={hero} className="hero" priority />;
        }
      `,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...compilerOptions,
          jsx: 'react-jsx',
          rootDirs: ['.', './.react-router/types'],
        },
        include: ['app', 'tintype-env.d.ts', '.react-router/types/**/*'],
      }),
    },
    dev: 'react-router dev --port PORT --host 127.0.0.1',
    build: 'react-router build',
    serve: 'react-router-serve ./build/server/index.js',
    check: 'react-router typegen && tsc',
    output: 'build/client',
    isServerRendered: true,
  },
];
