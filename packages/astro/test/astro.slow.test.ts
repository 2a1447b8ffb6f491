import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { viteProject, type ViteProject } from '../../vite-plugin/test/support/vite-project.ts';

const files = {
  'site.images.yaml': `
defaults: { provider: offline, formats: [webp, jpeg], widths: [96], placeholder: color }
images:
  hero: { prompt: A pier, alt: A pier }
  team/ada: { prompt: A portrait, alt: Ada }
  unused: { prompt: A moth, decorative: true }
`,
  'astro.config.mjs': `
    import tintype from '@tintype/astro';
    export default {
      integrations: [tintype()],
      vite: { ssr: { resolve: { conditions: ['tintype-source', 'module', 'node'] } } },
    };
  `,
  'src/content.config.ts': `
    import { picture } from '@tintype/astro/content';
    import { glob } from 'astro/loaders';
    import { defineCollection } from 'astro:content';
    import { z } from 'astro/zod';
    export const collections = {
      posts: defineCollection({
        loader: glob({ pattern: '*.md', base: './src/posts' }),
        schema: ({ image }) => z.object({ cover: picture(image), more: z.array(picture(image)).optional() }),
      }),
    };
  `,
  'src/posts/first.md': `---
cover: tintype:hero
more: [tintype:team/ada]
---
![](tintype:team/ada "The author")

\`\`\`html
<img src="tintype:no-such-image">
\`\`\`
`,
  'src/pages/index.astro': `---
import { Picture } from '@tintype/astro/components';
import { getCollection, render } from 'astro:content';
const [post] = await getCollection('posts');
const { Content } = await render(post);
---
<html><body><Picture of={post.data.cover} class="cover" /><p>{post.data.more[0].alt}</p><article><Content /></article></body></html>
`,
  'src/pages/about.md': 'Text and ![The pier, & `"more"`](tintype:hero)\n',
};

test('a build shows the pictures of a content collection and of Markdown, and emits no others', async () => {
  await using project = await astroProject(files);
  const { stdout, stderr } = await build(project);
  expect(stdout + stderr).not.toMatch(/tintype:|is not resolved/);
  const index = await project.read('dist/index.html');
  expect(index).toMatch(
    /<picture>.*<source type="image\/webp" srcset="\/_astro\/hero-96w\.[\w-]{8}\.webp 96w, [^>]*>.*<img class="cover"[^>]* alt="A pier" [^>]*src="\/_astro\/hero\.[\w-]{8}\.jpeg"/s,
  );
  expect(index).toContain('<p>Ada</p>');
  expect(index).toMatch(
    /<article><p><picture><source type="image\/webp"[^>]*><img src="\/_astro\/team-ada\.[\w-]{8}\.jpeg" title="The author"[^>]* alt="Ada"[^>]*><\/picture><\/p>/,
  );
  expect(index).not.toContain('<img src="tintype:');
  const about = await project.read('dist/about/index.html');
  expect(about).toMatch(
    /<picture>.*hero\.[\w-]{8}\.jpeg.* alt="The pier, &amp; &quot;more&quot;"/s,
  );
  const emitted = await readdir(join(project.root, 'dist/_astro'));
  expect(new Set(emitted.map((file) => file.split('.')[0]))).toEqual(
    new Set(['hero', 'hero-96w', 'team-ada', 'team-ada-96w']),
  );
});

test.each([
  ['a field', 'cover: tintype:hero', 'cover: tintype:heroo', '2:16'],
  ['Markdown', '![](tintype:team/ada', '![](tintype:team/eda', '5:13'],
])('a wrong id in %s is an error at its line of the entry', async (_, right, wrong, place) => {
  await using project = await astroProject(withPost(right, wrong));
  const output = await failure(build(project));
  expect(output).toMatch(/there is no image "(?:heroo|team\/eda)"; did you mean/);
  expect(output).toContain(`src/posts/first.md:${place}`);
});

test('the dev server shows them, and an edit of the manifest', async () => {
  await using project = await astroProject(files);
  const server = run(project, 'dev', '--port', '0');
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk) => (printed += chunk));
  }
  await expect.poll(() => printed).toMatch(/http:\/\/localhost:\d+/);
  const [origin = ''] = /http:\/\/localhost:\d+/.exec(printed) ?? [];
  const page = async (path: string) => (await fetch(origin + path)).text();
  await expect.poll(() => page('/')).toMatch(/<article.*<picture>.* alt="Ada"/s);
  expect(await page('/about')).toMatch(/<picture>.*src="\/@tintype\/hero\.jpeg/s);
  const manifest = await project.read('site.images.yaml');
  await project.write('site.images.yaml', manifest.replaceAll('alt: A', 'alt: Another a'));
  await expect.poll(() => page('/')).toMatch(/alt="Another a pier".*<article.*alt="Another ada"/s);
  server.kill();
  await once(server, 'exit');
});

const post = 'src/posts/first.md';
function withPost(text: string, replacement: string): Readonly<Record<string, string>> {
  return { ...files, [post]: files[post].replace(text, replacement) };
}

async function astroProject(content: Readonly<Record<string, string>>): Promise<ViteProject> {
  const project = await viteProject(content);
  const packages = fileURLToPath(new URL('../..', import.meta.url));
  await mkdir(join(project.root, 'node_modules/@tintype'), { recursive: true });
  for (const [name, path] of [
    ['@tintype/astro', 'astro'],
    ['vite-plugin-tintype', 'vite-plugin'],
    ['astro', 'astro/node_modules/astro'],
  ] as const) {
    await symlink(join(packages, path), join(project.root, 'node_modules', name));
  }
  return project;
}

const bin = fileURLToPath(new URL('../node_modules/astro/bin/astro.mjs', import.meta.url));
const command = (...args: string[]) => ['-C', 'tintype-source', bin, ...args];
const { VITEST: _, NODE_ENV: __, ...inherited } = process.env;
/** In a test, Astro's dev server answers no request and follows no edit. */
const env = { ...inherited, ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' };

function build({ root }: ViteProject) {
  return promisify(execFile)(process.execPath, command('build'), { cwd: root, env });
}

function run({ root }: ViteProject, ...args: string[]) {
  return spawn(process.execPath, command(...args), { cwd: root, env });
}

/** All that a failed command printed. */
async function failure(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason as Error & { readonly stdout?: string; readonly stderr?: string },
  );
  return 'stdout' in error ? `${error.stdout}${error.stderr}` : String(error);
}
