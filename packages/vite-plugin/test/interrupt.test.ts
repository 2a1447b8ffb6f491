import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { buildFailure, viteProject } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
defaults: { crop: 64x64 }
images:
  hero: { prompt: A lighthouse, alt: A lighthouse }
  logo: { prompt: A flat logo, alt: The logo }
`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `
    import hero from 'virtual:tintype/hero';
    import logo from 'virtual:tintype/logo';
    console.log(hero, logo);
  `,
};

test('Ctrl-C during purchases stores pictures in flight and requests no more', async () => {
  await using project = await viteProject(files, api().baseUrl);
  const listeners = process.listenerCount('SIGINT');
  const answer = Promise.withResolvers<void>();
  api().fail({ kind: 'delay', ms: 0, until: answer.promise });
  const failure = buildFailure(project.build({}, { missing: 'buy', concurrency: 1 }));
  await expect.poll(() => api().requests.length).toBe(1);
  process.emit('SIGINT');
  await expect.poll(() => project.log.join('\n')).toContain('waiting for the pictures in flight');
  answer.resolve();
  expect((await failure).message).toContain('interrupted');
  expect(api().ledger).toHaveLength(1);
  expect(process.listenerCount('SIGINT')).toBe(listeners);

  await project.build({}, { missing: 'buy' });
  expect(api().ledger).toHaveLength(2);
});

test('a build that fails for another reason does not wait and has bought nothing', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.write('main.js', `${files['main.js']} import './nowhere.js';`);
  await buildFailure(project.build({}, { missing: 'buy' }));
  expect(api().requests).toEqual([]);
});
