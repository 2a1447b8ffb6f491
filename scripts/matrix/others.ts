import { compilerOptions, type Framework, page, tsconfig, vite, viteConfig } from './framework.ts';

/** Tried by a command. */
export const others: readonly Framework[] = [
  {
    ...vite,
    id: 'svelte',
    name: 'Svelte',
    shownPackage: 'svelte',
    packages: [
      'vite@8',
      'svelte@5',
      '@sveltejs/vite-plugin-svelte@7',
      'svelte-check',
      'typescript@5',
    ],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(
        `import { svelte } from '@sveltejs/vite-plugin-svelte';`,
        'svelte()',
      ),
      'index.html': page('/main.ts'),
      'main.ts': `
        import { mount } from 'svelte';
        import App from './app.svelte';
        mount(App, { target: document.querySelector('#app')! });
      `,
      'app.svelte': `<script lang="ts">
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/svelte';
        </script>
        <Picture of={hero} class="hero" priority />
      `,
      'tsconfig.json': tsconfig(),
    },
    check: 'svelte-check --threshold error',
    isServerRendered: false,
  },
  {
    ...vite,
    id: 'solid',
    name: 'Solid',
    shownPackage: 'solid-js',
    packages: ['vite@8', 'solid-js@1', 'vite-plugin-solid', 'typescript@5'],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(`import solid from 'vite-plugin-solid';`, 'solid()'),
      'index.html': page('/main.tsx'),
      'main.tsx': `
        import { render } from 'solid-js/web';
        import { App } from './app';
        render(() => <App />, document.querySelector('#app')!);
      `,
      'app.tsx': `
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/solid';
        export const App = () => <Picture of={hero} class="hero" priority />;
      `,
      'tsconfig.json': tsconfig({ jsx: 'preserve', jsxImportSource: 'solid-js' }),
    },
    check: 'tsc',
    isServerRendered: false,
  },
  {
    ...vite,
    id: 'preact',
    name: 'Preact',
    shownPackage: 'preact',
    packages: ['vite@8', 'preact', '@preact/preset-vite', 'typescript@5'],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(`import preact from '@preact/preset-vite';`, 'preact()'),
      'index.html': page('/main.tsx'),
      'main.tsx': `
        import { render } from 'preact';
        import { App } from './app';
        render(<App />, document.querySelector('#app')!);
      `,
      'app.tsx': `
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/preact';
        export const App = () => <Picture of={hero} class="hero" priority />;
      `,
      'tsconfig.json': tsconfig({ jsx: 'react-jsx', jsxImportSource: 'preact' }),
    },
    check: 'tsc',
    isServerRendered: false,
  },
  {
    ...vite,
    id: 'solid-start',
    name: 'SolidStart',
    shownPackage: '@solidjs/start',
    packages: [
      'vite@8',
      'solid-js@1',
      '@solidjs/start@2',
      '@solidjs/router@0',
      'nitro@3.0.260903-beta',
      'typescript@5',
    ],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(
        `import { solidStart } from '@solidjs/start/config'; import { nitro } from 'nitro/vite';`,
        `solidStart(), nitro({ preset: 'node-server' })`,
      ),
      'src/app.tsx': `
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/solid';
        export default function App() {
          return <Picture of={hero} class="hero" priority />;
        }
      `,
      'src/entry-client.tsx': `
        import { mount, StartClient } from '@solidjs/start/client';
        mount(() => <StartClient />, document.getElementById('app')!);
      `,
      'src/entry-server.tsx': `
        import { createHandler, StartServer } from '@solidjs/start/server';
        export default createHandler(() => (
          <StartServer
            document={({ assets, children, scripts }) => (
              <html lang="en">
                <head><link rel="icon" href="data:," />{assets}</head>
                <body><div id="app">{children}</div>{scripts}</body>
              </html>
            )}
          />
        ));
      `,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...compilerOptions,
          jsx: 'preserve',
          jsxImportSource: 'solid-js',
          types: ['vite/client', '@solidjs/start/env'],
        },
        include: ['src', 'tintype-env.d.ts'],
      }),
    },
    serve: 'node .output/server/index.mjs',
    check: 'tsc',
    output: '.output/public',
    isServerRendered: true,
  },
  {
    ...vite,
    id: 'tanstack-start',
    name: 'TanStack Start',
    shownPackage: '@tanstack/react-start',
    packages: [
      'vite@8',
      'react@19',
      'react-dom@19',
      '@tanstack/react-start@1',
      '@tanstack/react-router@1',
      '@vitejs/plugin-react',
      '@types/react@19',
      '@types/react-dom@19',
      'typescript@5',
    ],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(
        `import { tanstackStart } from '@tanstack/react-start/plugin/vite'; import react from '@vitejs/plugin-react';`,
        'tanstackStart(), react()',
      ),
      'src/router.tsx': `
        import { createRouter } from '@tanstack/react-router';
        import { routeTree } from './routeTree.gen';
        export const getRouter = () => createRouter({ routeTree });
      `,
      'src/routes/__root.tsx': `
        import { createRootRoute, HeadContent, Outlet, Scripts } from '@tanstack/react-router';
        export const Route = createRootRoute({
          head: () => ({ links: [{ rel: 'icon', href: 'data:,' }] }),
          component: () => (
            <html lang="en">
              <head><HeadContent /></head>
              <body><Outlet /><Scripts /></body>
            </html>
          ),
        });
      `,
      'src/routes/index.tsx': `
        import { createFileRoute } from '@tanstack/react-router';
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/react';
        export const Route = createFileRoute('/')({
          component: () => <Picture of={hero} className="hero" priority />,
        });
      `,
      'tsconfig.json': JSON.stringify({
        compilerOptions: { ...compilerOptions, jsx: 'react-jsx' },
        include: ['src', 'tintype-env.d.ts'],
      }),
    },
    check: 'tsc',
    output: 'dist/client',
    isServerRendered: true,
  },
  {
    id: 'vitepress',
    name: 'VitePress',
    shownPackage: 'vitepress',
    packages: ['vitepress@2.0.0-alpha.21', 'vue@3', 'vue-tsc', 'typescript@5'],
    ours: 'vite-plugin-tintype',
    files: {
      // The panel of its search, which is not used here, in a version that every mirror of the registry has.
      'package.json':
        '{ "private": true, "type": "module", "overrides": { "@docsearch/sidepanel-js": "5.1.1" } }',
      '.vitepress/config.ts': `
        import tintype from 'vite-plugin-tintype';
        import { defineConfig } from 'vitepress';
        export default defineConfig({
          title: 'Matrix',
          head: [['link', { rel: 'icon', href: 'data:,' }]],
          vite: { plugins: [tintype()] },
        });
      `,
      'hero.vue': `<script setup lang="ts">
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/vue';
        </script>
        <template><Picture :of="hero" class="hero" priority /><img src="tintype:hero" /></template>
      `,
      'index.md': `<script setup>
import Hero from './hero.vue';
</script>

# Matrix

<Hero />
`,
      'tsconfig.json': tsconfig(),
    },
    dev: 'vitepress dev --port PORT --host 127.0.0.1',
    build: 'vitepress build',
    serve: 'vitepress preview --port PORT --host 127.0.0.1',
    check: 'vue-tsc',
    output: '.vitepress/dist',
    isServerRendered: true,
  },
  {
    ...vite,
    id: 'storybook',
    name: 'Storybook',
    shownPackage: 'storybook',
    packages: [
      'vite@8',
      'react@19',
      'react-dom@19',
      'storybook@10',
      '@storybook/react-vite@10',
      '@vitejs/plugin-react',
      '@types/react@19',
      '@types/react-dom@19',
      'typescript@5',
    ],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(`import react from '@vitejs/plugin-react';`, 'react()'),
      '.storybook/main.ts': `
        import type { StorybookConfig } from '@storybook/react-vite';
        export default {
          framework: '@storybook/react-vite',
          stories: ['../*.stories.tsx'],
          core: { disableTelemetry: true },
        } satisfies StorybookConfig;
      `,
      '.storybook/preview-head.html': '<link rel="icon" href="data:,">',
      'hero.stories.tsx': `
        import type { Meta, StoryObj } from '@storybook/react-vite';
        import hero from 'virtual:tintype/hero';
        import { Picture } from 'vite-plugin-tintype/react';
        export default { component: Picture } satisfies Meta<typeof Picture>;
        export const Shown: StoryObj<typeof Picture> = {
          args: { of: hero, className: 'hero', priority: true },
        };
      `,
      'tsconfig.json': tsconfig({ jsx: 'react-jsx' }),
    },
    dev: 'storybook dev --port PORT --host 127.0.0.1 --ci',
    build: 'storybook build',
    serve: 'vite preview --outDir storybook-static --port PORT --host 127.0.0.1',
    path: '/iframe.html?id=hero--shown&viewMode=story',
    check: 'tsc',
    output: 'storybook-static',
    isServerRendered: false,
  },
  {
    ...vite,
    id: 'qwik',
    name: 'Qwik City',
    shownPackage: '@builder.io/qwik-city',
    packages: ['vite@7', '@builder.io/qwik@1', '@builder.io/qwik-city@1', 'typescript@5'],
    ours: 'vite-plugin-tintype',
    files: {
      'vite.config.ts': viteConfig(
        `import { qwikVite } from '@builder.io/qwik/optimizer'; import { qwikCity } from '@builder.io/qwik-city/vite';`,
        'qwikCity(), qwikVite()',
      ),
      'src/root.tsx': `
        import { component$ } from '@builder.io/qwik';
        import { QwikCityProvider, RouterOutlet } from '@builder.io/qwik-city';
        export default component$(() => (
          <QwikCityProvider>
            <head><link rel="icon" href="data:," /></head>
            <body><RouterOutlet /></body>
          </QwikCityProvider>
        ));
      `,
      'src/entry.ssr.tsx': `
        import { renderToStream, type RenderToStreamOptions } from '@builder.io/qwik/server';
        import Root from './root';
        export default (options: RenderToStreamOptions) => renderToStream(<Root />, options);
      `,
      'src/entry.preview.tsx': `
        import { createQwikCity } from '@builder.io/qwik-city/middleware/node';
        import qwikCityPlan from '@qwik-city-plan';
        import render from './entry.ssr';
        export default createQwikCity({ render, qwikCityPlan });
      `,
      // There is no component for Qwik.
      'src/routes/index.tsx': `
        import { component$ } from '@builder.io/qwik';
        import hero from 'virtual:tintype/hero';
        import { pictureElements } from 'vite-plugin-tintype/picture';
        const { sources, img } = pictureElements(hero, { class: 'hero' });
        export default component$(() => (
          <picture>
            {sources.map((source) => <source key={String(source['type'])} {...source} />)}
            <img {...img} />
          </picture>
        ));
      `,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...compilerOptions,
          jsx: 'react-jsx',
          jsxImportSource: '@builder.io/qwik',
        },
        include: ['src', 'tintype-env.d.ts'],
      }),
    },
    dev: 'vite --mode ssr --port PORT --host 127.0.0.1',
    build: 'vite build && vite build --ssr src/entry.preview.tsx',
    check: 'tsc',
    isServerRendered: true,
  },
];
