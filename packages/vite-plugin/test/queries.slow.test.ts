import { expect, test } from 'vitest';
import { serve } from './support/serve.ts';
import { buildFailure, viteProject, viteVersions } from './support/vite-project.ts';

const files = {
  'site.images.yaml': 'images: { quay: { prompt: A quay, alt: A quay } }',
  'index.html': '<script type="module" src="/main.js"></script>',
};

test.each(
  viteVersions.flatMap(([name, load]) =>
    [
      ['quay?w=300', '"widths"'],
      ['quay?url', '"src"'],
      ['quay?inline&format=avif', '"formats"'],
      ['quay?blur', '"?inline", "?no-inline"'],
      ['quay?eager', 'only a folder'],
      ['*?eagre', '"?eager", a record of pictures'],
    ].map(([specifier, hint]) => ({ name, load, specifier: specifier!, hint: hint! })),
  ),
)('Vite $name: an import of $specifier says what there is', async ({ load, specifier, hint }) => {
  const vite = await load();
  const imported = `virtual:tintype/${specifier}`;
  await using project = await viteProject({
    ...files,
    'main.js': `\nimport quay from '${imported}'; console.log(quay);`,
  });
  await project.stock();
  const failure = await buildFailure(project.build({}, {}, vite));
  expect(failure.message).toContain(hint);
  expect(failure.message).toContain(`"?${specifier.split(/[?&]/).at(-1)}"`);
  expect(failure.loc).toMatchObject({ line: 2 });

  await using served = await serve(project, {}, {}, vite);
  await expect(served.load(imported)).rejects.toThrow(hint);
  expect(await served.load('virtual:tintype/quay?no-inline')).toMatchObject({ alt: 'A quay' });
});

test('an error about a query in a page also says which queries exist', async () => {
  await using project = await viteProject({
    ...files,
    'index.html': '<img src="tintype:quay?inline">',
  });
  await project.stock();
  const failure = await buildFailure(project.build());
  expect(failure.message).toContain('"tintype:quay" takes no "?inline"');
});
