import { moderationBlocked } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { commitAll, git } from '../../core/test/support/git.ts';
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

test('a build says what to commit if it has bought pictures, and otherwise says nothing', async () => {
  await using project = await viteProject(files, api().baseUrl);
  git(project.root, 'init', '--quiet');
  await project.build({}, { missing: 'buy' });
  const hints = () => project.log.filter((line) => line.includes('in no commit yet'));
  expect(hints()).toEqual([
    expect.stringMatching(/2 pictures are .*\n {2}git add -- \S*\.tintype /),
  ]);
  project.clearLog();
  await project.build({}, { missing: 'buy' });
  commitAll(project.root);
  await project.build({}, { missing: 'buy' });
  expect(hints()).toEqual([]);
});
