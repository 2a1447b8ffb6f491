import sharp from 'sharp';
import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { serve } from './support/serve.ts';
import { viteProject, viteVersions } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  badge:
    prompt: A badge that blinks
    alt: A badge
    model: gpt-image-2.6-flare
    quality: low
    output_format: gif
    size: 320x256
    frame_count: 3
    widths: [80]
`,
  'index.html':
    '<img src="tintype:badge" sizes="80px"><script type="module" src="/main.js"></script>',
  'main.js': `
    import './style.css';
    import badge from 'virtual:tintype/badge';
    import inlined from 'virtual:tintype/badge?inline';
    import { pictureHtml } from 'vite-plugin-tintype/picture';
    document.body.append(badge.still, inlined.still, pictureHtml(badge));
  `,
  'style.css': `
    .a { background: image-set("tintype:badge") }
    @media (prefers-reduced-motion: reduce) { .a { background: url("tintype:badge?still") } }
  `,
};

const config = {
  resolve: {
    alias: { 'vite-plugin-tintype/picture': `${import.meta.dirname}/../src/picture-html.ts` },
  },
};

test.each(viteVersions)(
  'Vite %s: a page, a module and a style sheet have the frames and the still',
  async (_, load) => {
    const vite = await load();
    await using project = await viteProject(files, api().baseUrl);
    const late = await project.build(config, { missing: 'buy' }, vite);
    expect(api().ledger).toHaveLength(1);
    const stored = await project.build(config, {}, vite);
    expect(api().requests).toHaveLength(1);
    const url = (name: string) => String.raw`(/assets/${name}-[\w-]{8}\.\w+)`;
    for (const { code, output } of [late, stored]) {
      expect(code).toMatch(/data:image\/webp;base64,[\w+/=]+ 320w/);
      expect(code).toMatch(new RegExp(`${url('badge.still-80w')} 80w, ${url('badge.still')} 320w`));
      const css = output.find(({ fileName }) => fileName.endsWith('.css'));
      const text = css?.type === 'asset' ? css.source.toString() : '';
      expect(text).toMatch(
        /image-set\([^)]*badge-[\w-]{8}\.webp"?\)\s*type\("image\/webp"\),[^,]*badge-[\w-]{8}\.gif/,
      );
      expect(text).toMatch(/prefers-reduced-motion: ?reduce[^}]*badge.still-[\w-]{8}\.webp/);
    }
    const page = await project.read('dist/index.html');
    const [, still] = new RegExp(
      `<picture><source media="\\(prefers-reduced-motion: reduce\\)" type="image/webp" srcset="[^"]*${url('badge.still')} 320w" sizes="80px"><source type="image/webp"`,
    ).exec(page)!;
    const [, moving] = new RegExp(`<img src="${url('badge')}"`).exec(page)!;
    const framesOf = async (file: string) =>
      (await sharp(`${project.root}/dist${file}`).metadata()).pages ?? 1;
    expect(await framesOf(still!)).toBe(1);
    expect(moving).toMatch(/\.gif$/);
    expect(await framesOf(moving!)).toBe(3);
  },
);

test('in dev the stand-in moves, and its first frame is served', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await using served = await serve(project, config);
  const { default: badge } = await served.load('virtual:tintype/badge');
  const { sources, still } = badge as { sources: Record<string, string>; still: string };
  const framesOf = async (srcset: string) => {
    const response = await served.fetch(srcset.split(', ').at(-1)!.split(' ')[0]!);
    const { format, pages } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    return [response.headers.get('content-type'), `image/${format}`, pages ?? 1];
  };
  expect(await framesOf(sources['webp']!)).toEqual(['image/webp', 'image/webp', 3]);
  expect(await framesOf(sources['gif']!)).toEqual(['image/gif', 'image/gif', 3]);
  expect(await framesOf(still)).toEqual(['image/webp', 'image/webp', 1]);
  expect(api().requests).toEqual([]);
});
