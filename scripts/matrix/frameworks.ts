/** A project in `examples/frameworks/<id>`, which shows the picture `hero` on its page, and where to look. */
export interface Framework {
  /** The folder, and what a command names it. */
  readonly id: string;
  readonly name: string;
  /** The package whose version is shown. */
  readonly shownPackage: string;
  /** Where a build is. */
  readonly output: string;
  /** Where the picture is shown; `/` if it is left out. */
  readonly path?: string;
  /** The HTML that the server sends has the picture; a browser then takes it over. */
  readonly isServerRendered: boolean;
  /** It has a page `/about` with a link to `/`, which its router follows without loading the page again. */
  readonly hasRouter: boolean;
}

const inBrowser = { output: 'dist', isServerRendered: false, hasRouter: false };
const onServer = { isServerRendered: true, hasRouter: true };

/** The six that most projects use: CI tries them on every change. */
export const mostUsed: readonly Framework[] = [
  { ...inBrowser, id: 'react', name: 'React', shownPackage: 'react' },
  { ...inBrowser, id: 'vue', name: 'Vue', shownPackage: 'vue' },
  {
    ...onServer,
    id: 'sveltekit',
    name: 'SvelteKit',
    shownPackage: '@sveltejs/kit',
    output: 'build',
  },
  {
    ...onServer,
    id: 'astro',
    name: 'Astro',
    shownPackage: 'astro',
    output: 'dist',
    hasRouter: false,
  },
  {
    ...onServer,
    id: 'nuxt',
    name: 'Nuxt',
    shownPackage: 'nuxt',
    output: '.output/public',
    hasRouter: false,
  },
  {
    ...onServer,
    id: 'react-router',
    name: 'React Router',
    shownPackage: 'react-router',
    output: 'build/client',
  },
];

/** Tried by a command. */
export const others: readonly Framework[] = [
  { ...inBrowser, id: 'svelte', name: 'Svelte', shownPackage: 'svelte' },
  { ...inBrowser, id: 'solid', name: 'Solid', shownPackage: 'solid-js' },
  { ...inBrowser, id: 'preact', name: 'Preact', shownPackage: 'preact' },
  {
    ...onServer,
    id: 'solid-start',
    name: 'SolidStart',
    shownPackage: '@solidjs/start',
    output: '.output/public',
  },
  {
    ...onServer,
    id: 'tanstack-start',
    name: 'TanStack Start',
    shownPackage: '@tanstack/react-start',
    output: 'dist/client',
  },
  {
    ...onServer,
    id: 'vitepress',
    name: 'VitePress',
    shownPackage: 'vitepress',
    output: '.vitepress/dist',
  },
  {
    ...inBrowser,
    id: 'storybook',
    name: 'Storybook',
    shownPackage: 'storybook',
    output: 'storybook-static',
    path: '/iframe.html?id=hero--shown&viewMode=story',
  },
  {
    ...onServer,
    id: 'qwik',
    name: 'Qwik City',
    shownPackage: '@builder.io/qwik-city',
    output: 'dist',
  },
];
