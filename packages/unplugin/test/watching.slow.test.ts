import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { testProject } from '../../core/test/support/project.ts';
import { stock } from '../../core/test/support/stock.ts';
import { watchWithWebpack } from './support/bundlers.ts';
import { small } from './support/small-project.ts';

const api = useApi();

test('a watching webpack shows a stand-in, and the picture as soon as it is in the store and a file is saved', async () => {
  await using project = await testProject(small);
  await using watched = await watchWithWebpack(project.root);
  const first = await watched.next();
  expect(first.errors).toEqual([]);
  expect(first.warnings.join('\n')).toContain('hero is a stand-in');
  expect(first.assets).toHaveLength(1);

  await stock(project.root);
  await project.write('main.js', `${small['main.js']}\n`);
  const second = await watched.until(({ warnings }) => warnings.length === 0);
  expect(second.errors).toEqual([]);
  expect(second.assets).toHaveLength(1);
  expect(second.assets).not.toEqual(first.assets);

  await project.write(
    'site.images.yaml',
    small['site.images.yaml'].replace('[webp]', '[webp, jpeg]'),
  );
  const third = await watched.until(({ assets }) => assets.length === 2);
  expect([third.errors, third.warnings]).toEqual([[], []]);
  expect(api().requests).toEqual([]);
});
