import { expect, test } from 'vitest';
import { isModule, typeProblems } from './support/check-modules.ts';
import { codeBlocks, markdownPages } from './support/pages.ts';

test('modules of the docs have no error of types, and a mistake is found', async () => {
  const modules = markdownPages()
    .flatMap(codeBlocks)
    .filter((block) => ['ts', 'js'].includes(block.language) && isModule(block));
  expect(modules.length).toBeGreaterThan(20);
  const mistake = {
    at: 'README.md:1',
    language: 'ts',
    name: null,
    code: "import { tintype } from 'vite-plugin-tintype';\ntintype({ misssing: 'buy' });",
  };
  expect(await typeProblems([...modules, mistake])).toEqual([
    expect.stringMatching(/^README\.md:1: .*'misssing' does not exist/),
  ]);
});
