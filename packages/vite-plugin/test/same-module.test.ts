import { expect, test } from 'vitest';
import { serve } from './support/serve.ts';
import { viteProject } from './support/vite-project.ts';

test('a module is the same in a clean checkout and after a build', async () => {
  await using project = await viteProject({
    'site.images.yaml': 'images: { gate: { prompt: A gate, alt: A gate, formats: [webp, jpeg] } }',
    'index.html': '<img src="tintype:gate"><script type="module" src="/main.js"></script>',
    'main.js': `import gate from 'virtual:tintype/gate'; console.log(gate);`,
  });
  await project.stock();
  const seen = async () => {
    await using served = await serve(project);
    const page = await (await served.fetch('/')).text();
    return [page, { ...(await served.load('virtual:tintype/gate')) }];
  };
  const clean = await seen();
  const { code } = await project.build();
  expect(code).toContain('data:image/webp');
  expect(await seen()).toEqual(clean);
});
