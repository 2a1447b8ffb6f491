import { expect, test } from 'vitest';
import { urlUnder, withPublicPath } from './public-path.ts';

test.each([
  ['/', '/assets/a.webp'],
  ['/static', '/static/assets/a.webp'],
  ['https://cdn.example.com/', 'https://cdn.example.com/assets/a.webp'],
  ['', 'assets/a.webp'],
  ['./', './assets/a.webp'],
])('a URL under %j is %s', (text, url) => {
  expect(urlUnder({ text }, 'assets/a.webp')).toBe(url);
});

test('an expression is put into every URL of a srcset', () => {
  const path = { expression: '__webpack_public_path__' };
  const urls = ['a b.webp', 'b.webp'].map((name) => urlUnder(path, name));
  const code = withPublicPath(
    `export default ${JSON.stringify(`${urls[0]} 1w, ${urls[1]} 2w`)};`,
    path,
  );
  expect(code).toBe(
    'export default "" + __webpack_public_path__ + "a%20b.webp 1w, " + __webpack_public_path__ + "b.webp 2w";',
  );
});
