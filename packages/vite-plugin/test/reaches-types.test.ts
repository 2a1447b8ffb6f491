import { expect, test } from 'vitest';
import { serve } from './support/serve.ts';
import { viteProject } from './support/vite-project.ts';

const app = (include: string) => `{
  // of the app
  "compilerOptions": { "types": ["vite/client"] },
  "include": ${include}
}`;

test.each([
  [{}, false],
  [{ 'tsconfig.json': '{}' }, false],
  [
    { 'tsconfig.json': '{ "files": [], "references": [] }', 'tsconfig.app.json': app('["src"]') },
    true,
  ],
  [{ 'tsconfig.app.json': app('["src", "tintype-env.d.ts"]') }, false],
  [{ 'tsconfig.json': app('["**/*.ts"]') }, false],
  [{ 'tsconfig.json': app('["src"]').replace('vite/client', 'vite-plugin-tintype/client') }, false],
])('%j: dev warns that no tsconfig includes the types: %s', async (configs, isWarned) => {
  await using project = await viteProject({
    'site.images.yaml': 'images: { dam: { prompt: A dam, alt: A dam } }',
    ...(configs as Record<string, string>),
  });
  const served = await serve(project);
  await served.server.close();
  expect(project.log.some((line) => line.includes('no tsconfig includes'))).toBe(isWarned);
});
