import { expect, test } from 'vitest';
import { svgElements, svgHtml } from './svg-html.ts';

const markup =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 24" fill="currentColor"><title>drawn by a model</title><path d="M1 1h9v9z"/></svg>';

test('a drawing is named by its alt, as an <img> is, and does not show the title of the model', () => {
  expect(svgHtml(markup, { alt: 'A "moth" & <co>', class: 'logo', width: 96 })).toBe(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 24" fill="currentColor" role="img"' +
      ' aria-label="A &quot;moth&quot; &amp; &lt;co&gt;" class="logo" width="96" height="48"><path d="M1 1h9v9z"/></svg>',
  );
});

test('a decorative drawing is hidden from readers who do not see it', () => {
  const html = svgHtml(markup, { alt: '' });
  expect(html).toContain(' aria-hidden="true"');
  expect(html).not.toMatch(/role=|aria-label=|<title/);
});

test('a title of the author is shown, and cannot end', () => {
  const html = svgHtml(markup, { alt: 'A moth', title: '</title><script>' });
  expect(html).toContain('><title>&lt;/title&gt;&lt;script&gt;</title><path');
});

test('given attributes override those of the drawing, and the other dimension is computed', () => {
  const { svg, content } = svgElements(markup, { alt: '', fill: 'red', height: 10, role: 'none' });
  expect(svg).toMatchObject({
    fill: 'red',
    height: 10,
    width: 20,
    role: 'none',
    viewBox: '0 0 48 24',
  });
  expect(content).toBe('<path d="M1 1h9v9z"/>');
});

test('an attribute that is no name, and markup that is not a drawing, are errors', () => {
  expect(() => svgHtml(markup, { alt: '', 'x onload': '1' })).toThrow('not a valid attribute name');
  expect(() => svgHtml('<p>', { alt: '' })).toThrow('not the markup');
});
