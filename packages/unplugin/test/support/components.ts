import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type TestProject, testProject } from '../../../core/test/support/project.ts';

const run = promisify(execFile);
const ours = join(import.meta.dirname, '../..');

/** How each framework renders the picture on a server. */
const rendered = {
  react: `
    import { createElement } from 'react';
    import { renderToString } from 'react-dom/server';
    import { Picture } from 'tintype-unplugin/react';
    export const html = () => renderToString(createElement(Picture, { of: hero, className: 'wide' }));
  `,
  preact: `
    import { h } from 'preact';
    import { renderToString } from 'preact-render-to-string';
    import { Picture } from 'tintype-unplugin/preact';
    export const html = () => renderToString(h(Picture, { of: hero, class: 'wide' }));
  `,
  vue: `
    import { createSSRApp, h } from 'vue';
    import { renderToString } from 'vue/server-renderer';
    import { Picture } from 'tintype-unplugin/vue';
    export const html = () => renderToString(createSSRApp({ render: () => h(Picture, { of: hero, class: 'wide' }) }));
  `,
  solid: `
    import { createComponent } from 'solid-js';
    import { renderToString } from 'solid-js/web';
    import { Picture } from 'tintype-unplugin/solid';
    export const html = () => renderToString(() => createComponent(Picture, { of: hero, class: 'wide' }));
  `,
  svelte: `
    import { render } from 'svelte/server';
    import { Picture } from 'tintype-unplugin/svelte';
    export const html = () => render(Picture, { props: { of: hero, class: 'wide' } }).body;
  `,
} as const;
export const names: readonly string[] = Object.keys(rendered);

const packages = [
  'preact',
  'preact-render-to-string',
  'react',
  'react-dom',
  'solid-js',
  'svelte',
  'vue',
];

/** A project with a module for each framework, which renders the picture. */
export async function componentsProject(): Promise<TestProject> {
  const project = await testProject({
    'site.images.yaml':
      'images: { hero: { prompt: A pier, alt: A pier, formats: [webp, jpeg], placeholder: color } }',
    'main.js': "export * as react from './react.js';",
    'all.js': names.map((name) => `export * as ${name} from './${name}.js';`).join('\n'),
    ...Object.fromEntries(
      Object.entries(rendered).map(([name, code]) => [
        `${name}.js`,
        `import hero from 'virtual:tintype/hero';${code}`,
      ]),
    ),
  });
  for (const name of packages) await link(project, name, join(ours, 'node_modules', name));
  await link(project, 'tintype-unplugin', ours);
  return project;
}

async function link(project: TestProject, name: string, target: string): Promise<void> {
  const path = join(project.root, 'node_modules', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

/** The tags of the picture, as every framework renders it. */
export const expected: readonly string[] = [
  'source srcset=/static/assets/hero-#.webp1024w type=image/webp',
  'img alt=apier class=wide decoding=async height=1024 loading=lazy src=/static/assets/hero-#.jpeg width=1024',
];

/** What each framework in a bundle renders, in a Node process that has nothing of Vitest. */
export async function tagsIn(
  project: TestProject,
  file: string,
): Promise<Record<string, string[]>> {
  const code = `
    const all = await import(${JSON.stringify(pathToFileURL(join(project.root, file)).href)});
    const html = Object.entries(all).map(async ([name, page]) => [name, await page.html()]);
    console.log(JSON.stringify(await Promise.all(html)));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code]);
  const html = JSON.parse(stdout) as (readonly [name: string, html: string])[];
  return Object.fromEntries(html.map(([name, text]) => [name, tagsOf(text)]));
}

/** The tags of a picture, in an order that all frameworks share, without styles and hashes. */
function tagsOf(html: string): string[] {
  return [...html.matchAll(/<(source|img)\b([^>]*)>/g)].map(([, tag, text]) => {
    const attributes = [...text!.matchAll(/([\w-]+)="([^"]*)"/g)]
      .map(([, name, value]) => `${name}=${value!.replaceAll(' ', '')}`.toLowerCase())
      .filter((attribute) => !/^(?:data-hk|style|onload|onerror)=/.test(attribute))
      .map((attribute) => attribute.replaceAll(/-[\w-]{8}\./g, '-#.'));
    return [tag, ...attributes.toSorted()].join(' ');
  });
}
