import { expect, test } from 'vitest';
import { html } from '../html.ts';

test('text is escaped, in content and in attributes', () => {
  const text = `<b>"Tom" & 'Jerry'</b>`;
  const escaped = '&#60;b&#62;&#34;Tom&#34; &#38; &#39;Jerry&#39;&#60;/b&#62;';
  expect(html`<p title="${text}">${text}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
});

test('markup inside markup stays markup, one or many', () => {
  const items = ['a', '<'].map((item) => html`<b>${item}</b>`);
  expect(html`<p>${items}${html`<br />`}</p>`.text).toBe('<p><b>a</b>\n<b>&#60;</b><br /></p>');
});
