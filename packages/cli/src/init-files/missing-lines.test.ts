import { expect, test } from 'vitest';
import { missingLines } from './missing-lines.ts';

const ignored = ['.tintype/attempts/', 'public/images/'];

test.each([
  ['nothing', '', ignored],
  ['one of them', 'dist\n.tintype/attempts/\n', ['public/images/']],
  ['both, with other slashes', '/public/images\r\n.tintype/attempts\r\n', []],
  ['a comment about it', '# public/images/\n', ignored],
])('where %s is there, the rest is missing', (_, gitignore, missing) => {
  expect(missingLines(gitignore, ignored)).toEqual(missing);
});
