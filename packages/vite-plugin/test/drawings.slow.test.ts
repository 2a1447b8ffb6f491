import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { serve } from './support/serve.ts';
import { buildFailure, viteProject, viteVersions } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  tag:
    prompt: A tag
    alt: A tag
    model: gpt-image-2.6-flare
    output_format: svg
    formats: [svg, webp]
  quay:
    prompt: A quay
    alt: A quay
`,
  'index.html': '<img src="tintype:tag"><script type="module" src="/main.js"></script>',
  'main.js': `
    import tag from 'virtual:tintype/tag';
    import markup from 'virtual:tintype/tag?raw';
    document.body.innerHTML = markup + tag.sources.svg;
  `,
};

test.each(viteVersions)('Vite %s: a build puts the markup into the bundle', async (_, load) => {
  const vite = await load();
  await using project = await viteProject(files, api().baseUrl);
  const late = await project.build({}, { missing: 'buy' }, vite);
  expect(api().ledger).toHaveLength(1);
  const stored = await project.build({}, {}, vite);
  expect(api().requests).toHaveLength(1);
  for (const { code } of [late, stored]) {
    expect(code).toMatch(/<svg xmlns=[^<]*<(?:defs|circle|path)/);
    expect(code).not.toContain('<metadata');
  }
  const page = await project.read('dist/index.html');
  const [, file] =
    /<source type="image\/svg\+xml" srcset="(\/assets\/tag-[\w-]+\.svg) 1024w"/.exec(page) ?? [];
  expect(page).toMatch(/<img src="\/assets\/tag-[\w-]+\.webp"/);
  expect(await project.read(`dist${file}`)).toContain('trainedAlgorithmicMedia');
});

test('in dev the markup is that of the stand-in, and the file has the type of SVG', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await using served = await serve(project);
  const { default: markup } = await served.load('virtual:tintype/tag?raw');
  expect(markup).toMatch(/^<svg /);
  const { sources } = await served.load('virtual:tintype/tag');
  const response = await served.fetch((sources as { svg: string }).svg.split(' ')[0]!);
  expect(response.headers.get('content-type')).toBe('image/svg+xml');
  expect(await response.text()).toContain('algorithmicMedia');
  expect(api().requests).toEqual([]);
});

test('markup of a picture of pixels is a mistake that says what it needs', async () => {
  await using project = await viteProject({
    ...files,
    'main.js': "import markup from 'virtual:tintype/quay?raw'; console.log(markup);",
    'index.html': '<script type="module" src="/main.js"></script>',
  });
  await project.stock(['quay']);
  const { message } = await buildFailure(project.build());
  expect(message).toContain('"quay" has no svg file; it needs output_format: svg');
});
