import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { serve } from './support/serve.ts';
import {
  buildFailure,
  type Vite,
  type ViteProject,
  viteProject,
  viteVersions,
} from './support/vite-project.ts';
import { filesBelow } from '../../core/test/support/files.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: A lighthouse keeper reading at dawn
    alt: A "lighthouse" keeper
    widths: [32]
    formats: [webp, jpeg]
    sizes: 50vw
  texture:
    prompt: Paper
    decorative: true
    formats: [webp, jpeg]
`,
  'index.html': `<!doctype html>
<html><head>
<meta property="og:image" content="tintype:hero">
<link rel="stylesheet" href="/style.css">
<style>main { background: url("tintype:texture") }</style>
</head><body>
<!-- <img src="tintype:nobody"> -->
<img class="wide" src="tintype:hero" data-x='1' width="32" style="border: 0">
<script type="module" src="/main.js"></script>
</body></html>`,
  'style.css': `@import './deep.css';\nbody { background: image-set("tintype:texture" 1x) }\n`,
  'deep.css': `/* url("tintype:nobody") */\ni { background: url(tintype:hero) }\n`,
  'main.js': 'globalThis.page = 1;',
};

/** The text of all files in the output folder with this extension. */
async function built(project: ViteProject, ending: string): Promise<string> {
  const names = [...(await filesBelow(join(project.root, 'dist'))).keys()];
  const texts = names
    .filter((name) => name.endsWith(ending))
    .map((name) => readFile(join(project.root, 'dist', name), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

const hash = '[\\w-]{8}';

describe.each(viteVersions)('Vite %s', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test.each([
    ['/', '/assets/', '/assets/'],
    ['./', './assets/', './'],
  ])('with base %s pages and style sheets show pictures', async (base, page, sheet) => {
    await using project = await viteProject(files);
    await project.stock();
    await project.build({ base }, {}, vite);
    const html = await built(project, '.html');
    expect(html).toContain('<!-- <img src="tintype:nobody"> -->');
    expect(html).toMatch(
      new RegExp(
        [
          `<picture><source type="image/webp" srcset="${page}hero-32w-${hash}.webp 32w, ${page}hero-${hash}.webp 64w" sizes="50vw">`,
          `<img class="wide" src="${page}hero-${hash}.jpeg" srcset="[^"]+" sizes="50vw" height="24" alt="A &quot;lighthouse&quot; keeper"`,
          ` loading="lazy" decoding="async" style="background:url\\(data:image/webp;[^"]+;border: 0"`,
          ` data-x='1' width="32"\\s*></picture>`,
        ].join(''),
      ),
    );
    expect(html).toMatch(new RegExp(`content="${page}hero-${hash}.jpeg"`));
    expect(html).toMatch(new RegExp(`url\\("?${page}texture-${hash}.jpeg"?\\)`));
    const css = await built(project, '.css');
    expect(css).toMatch(new RegExp(`url\\("?${sheet}hero-${hash}.jpeg"?\\)`));
    expect(css).toMatch(
      new RegExp(
        `image-set\\(url\\("?${sheet}texture-${hash}.webp"?\\) type\\("image/webp"\\) 1x, ?url\\("?${sheet}texture-${hash}.jpeg"?\\) type\\("image/jpeg"\\) 1x\\)`,
      ),
    );
    expect(project.log.filter((line) => line.startsWith('warn'))).toEqual([]);

    const names = [...(await filesBelow(join(project.root, 'dist'))).keys()];
    const named = names.filter((name) => /\.(webp|jpeg)$/.test(name));
    expect(named).toHaveLength(6);
    for (const name of named) expect(html + css).toContain(name.slice('assets/'.length));
  });

  test.each(['/', './'])('with base %s what is missing is bought first', async (base) => {
    await using project = await viteProject(files, api().baseUrl);
    await project.build({ base }, { missing: 'buy' }, vite);
    expect(billedPrompts(api())).toEqual(['A lighthouse keeper reading at dawn', 'Paper']);
    const first = (await built(project, '.html')) + (await built(project, '.css'));
    expect(first).not.toContain('__TINTYPE');
    await project.build({ base }, { missing: 'fail' }, vite);
    const names = (text: string) =>
      [...text.matchAll(/(?:hero|texture)[\w-]*\.(?:webp|jpeg)/g)].map(String);
    expect(names((await built(project, '.html')) + (await built(project, '.css')))).toEqual(
      names(first),
    );
  });

  test('a wrong id is an error at the line of the page or the style sheet that has it', async () => {
    await using project = await viteProject(files);
    await project.write('index.html', '<p>\n<img src="tintype:herro">');
    const inPage = await buildFailure(project.build({}, {}, vite));
    expect(inPage.message).toContain('there is no image "herro"; did you mean "hero"?');
    expect(inPage).toMatchObject({ loc: { line: 2, file: join(project.root, 'index.html') } });

    await project.write('index.html', '<link rel="stylesheet" href="/style.css">');
    await project.write('deep.css', '\n\ni { background: url(tintype:herro) }');
    const inSheet = await buildFailure(project.build({}, {}, vite));
    expect(inSheet).toMatchObject({ loc: { line: 3, file: join(project.root, 'deep.css') } });
  });

  test('in dev too', async () => {
    await using project = await viteProject(files);
    await project.stock();
    await using served = await serve(project, {}, {}, vite);
    const html = await (await served.fetch('/')).text();
    expect(html).toMatch(
      /<picture><source type="image\/webp" srcset="\/@tintype\/hero-32w\.webp\?v=/,
    );
    expect(html).toMatch(/<style>main \{ background: url\("\/@tintype\/texture\.jpeg\?v=\w+"\) \}/);
    const css = await (
      await served.fetch('/style.css', { headers: { accept: 'text/css' } })
    ).text();
    expect(css).toMatch(/url\("\/@tintype\/hero\.jpeg\?v=\w+"\)/);
    expect(css).toContain('type("image/webp") 1x, url("/@tintype/texture.jpeg');
  });
});
