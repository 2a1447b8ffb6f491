import { expect, test } from 'vitest';
import { htmlExpression } from './html-expression.ts';

test('an image that names a picture becomes the picture, with what the author wrote', () => {
  const html = `<p>A <img src="tintype:hero" alt="The &quot;pier&quot;, a > b" title='x'> "b"</p>`;
  expect(htmlExpression(html)).toEqual({
    code: String.raw`"<p>A " + pictureHtml(pictures["hero"], {"title":"x","alt":"The \"pier\", a > b"}) + " \"b\"</p>"`,
    names: ['hero'],
  });
});

test('a picture has its own alternative text if Markdown gives none', () => {
  expect(htmlExpression('<img alt="" src="tintype:team/ada@2" />')).toEqual({
    code: '"" + pictureHtml(pictures["team/ada@2"], {}) + ""',
    names: ['team/ada@2'],
  });
});

test.each([
  'text about tintype:hero',
  '<img src="/hero.png" alt="tintype:hero">',
  '<code>&lt;img src="tintype:hero"&gt;</code>',
  '<a href="tintype:hero">a</a>',
])('%s names no picture', (html) => {
  expect(htmlExpression(html)).toBeNull();
});
