import { expect, test } from 'vitest';
import { missingIgnoreLines } from './gitignore.ts';

const wanted = ['.tintype/attempts/', 'public/images/'];

test.each([
  ['nothing', '', wanted],
  ['one of them', 'dist\n.tintype/attempts/\n', ['public/images/']],
  ['both, with other slashes', '/public/images\r\n.tintype/attempts\r\n', []],
  ['a comment about it', '# public/images/\n', wanted],
])('where %s is there, the rest is missing', (_, gitignore, missing) => {
  expect(missingIgnoreLines(gitignore, wanted)).toEqual(missing);
});
