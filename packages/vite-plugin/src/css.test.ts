import { expect, test } from 'vitest';
import { expandCss } from './css.ts';

const files = (name: string) =>
  Promise.resolve(
    ['avif', 'jpeg'].map((format) => ({
      type: `image/${format}`,
      url: async () => `/${name}.${format}`,
    })),
  );
const expand = async (css: string) => (await expandCss(css, files))?.toString() ?? null;
const both = (after = '') =>
  `url("/a.avif") type("image/avif")${after}, url("/a.jpeg") type("image/jpeg")${after}`;

test.each([
  ['url("tintype:a")', 'url("/a.jpeg")'],
  ["URL( 'tintype:a' )", 'url("/a.jpeg")'],
  ['url(tintype:team/ada)', 'url("/team/ada.jpeg")'],
  ['image-set("tintype:a")', `image-set(${both()})`],
  ['image-set("tintype:a" 2x, "b.png" 1x)', `image-set(${both(' 2x')}, "b.png" 1x)`],
  ['-webkit-image-set(url(tintype:a) 1x)', `-webkit-image-set(${both(' 1x')})`],
  [
    'image-set(url("tintype:a") type("image/jpeg") 1x)',
    'image-set(url("/a.jpeg") type("image/jpeg") 1x)',
  ],
  [
    'image-set(linear-gradient(red, blue) 1x, url("tintype:a") 2x)',
    `image-set(linear-gradient(red, blue) 1x, ${both(' 2x')})`,
  ],
])('%s', async (before, after) => {
  expect(await expand(`i { background: ${before} no-repeat }`)).toBe(
    `i { background: ${after} no-repeat }`,
  );
});

test.each(['/* url("tintype:a") */', 'i::after { content: "tintype:a" }', 'i { color: red }'])(
  '%s names none',
  async (css) => {
    expect(await expand(css)).toBeNull();
  },
);

test('a URL cannot end its string', async () => {
  const hostile = async () => [{ type: 'image/png', url: async () => '/a")}b{\\' }];
  const css = (await expandCss('i{background:url(tintype:a)}', hostile))?.toString();
  expect(css).toBe('i{background:url("/a\\22 )}b{\\5c ")}');
});
