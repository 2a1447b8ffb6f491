/** A project of a framework, as small as it can be, that shows the picture `hero` on its page. */
export interface Framework {
  /** What a command names it. */
  readonly id: string;
  readonly name: string;
  /** The package whose version is shown. */
  readonly shownPackage: string;
  /** From the registry, besides Tintype's own. */
  readonly packages: readonly string[];
  /** Which of our packages the project imports. */
  readonly ours: 'vite-plugin-tintype' | '@tintype/astro' | '@tintype/nuxt';
  readonly files: Readonly<Record<string, string>>;
  /** Commands; `PORT` is replaced. */
  readonly dev: string;
  readonly build: string;
  readonly serve: string;
  /** The framework's own type check, which has run a build before. */
  readonly check: string;
  /** Where a build is. */
  readonly output: string;
  /** Where the picture is shown; `/` if it is left out. */
  readonly path?: string;
  /** The HTML that the server sends has the picture; a browser then takes it over. */
  readonly isServerRendered: boolean;
}

export const compilerOptions = {
  target: 'esnext',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['esnext', 'dom'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['vite/client'],
};
export const vite = {
  dev: 'vite --port PORT --host 127.0.0.1',
  build: 'vite build',
  serve: 'vite preview --port PORT --host 127.0.0.1',
  output: 'dist',
};
export const viteConfig = (plugin: string, call: string, first = true) => `
  ${plugin}
  import tintype from 'vite-plugin-tintype';
  import { defineConfig } from 'vite';
  export default defineConfig({ plugins: [${first ? `tintype(), ${call}` : `${call}, tintype()`}] });
`;
export const page = (script: string) =>
  `<!doctype html><html lang="en"><head><title>Matrix</title><link rel="icon" href="data:,"></head><body><div id="app"></div><script type="module" src="${script}"></script></body></html>`;
export const tsconfig = (more: object = {}) =>
  JSON.stringify({ compilerOptions: { ...compilerOptions, ...more }, include: ['.'] });

/** What all projects have. Nothing in it is bought. */
export const common: Readonly<Record<string, string>> = {
  'package.json': '{ "private": true, "type": "module" }',
  'site.images.yaml': `images:
  hero:
    prompt: A lighthouse keeper reading at dawn
    alt: before the edit
    provider: offline
    aspect_ratio: '3:2'
    widths: [320, 640]
    formats: [webp, jpeg]
`,
};
