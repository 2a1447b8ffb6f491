import { expect, test } from 'vitest';
import { buildWithWebpack } from './support/bundlers.ts';
import { componentsProject, expected, tagsIn } from './support/components.ts';

test('webpack bundles the component of React', async () => {
  await using project = await componentsProject();
  const { errors } = await buildWithWebpack(project.root, { missing: 'standin' });
  expect(errors).toEqual([]);
  expect(await tagsIn(project, 'dist/main.mjs')).toEqual({ react: expected });
});
