import { expect, test } from 'vitest';
import type { Picture } from '../src/index.ts';
import { serve } from './support/serve.ts';
import { viteProject } from './support/vite-project.ts';

const files = {
  'site.images.yaml':
    'images: { hero: { prompt: A lighthouse, alt: A lighthouse, formats: [webp, jpeg] } }',
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `import hero from 'virtual:tintype/hero'; globalThis.shown = hero;`,
};

test('bundled dev has the same URLs, and they answer', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await using served = await serve(project, { experimental: { bundledDev: true } });
  const hero = (await served.load('virtual:tintype/hero'))['default'] as Picture;
  expect((await served.fetch(hero.img.src)).headers.get('content-type')).toBe('image/jpeg');
});
