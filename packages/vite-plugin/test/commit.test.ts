import { moderationBlocked } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { git } from '../../core/test/support/git.ts';
import { buildFailure, viteProject } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
defaults: { quality: low, decorative: true, crop: 64x64 }
images:
  hero: { prompt: A lighthouse }
  logo: { prompt: A logo }
`,
  'index.html': '<img src="tintype:hero"><img src="tintype:logo">',
};

test('a build that bought and failed says what to commit', async () => {
  await using project = await viteProject(files, api().baseUrl);
  git(project.root, 'init', '--quiet');
  api().fail(moderationBlocked(), { prompt: 'A logo' });
  await buildFailure(project.build({}, { missing: 'buy' }));
  expect(project.log).toContainEqual(expect.stringContaining('1 picture is in no commit yet'));
});
