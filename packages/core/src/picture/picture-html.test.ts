import { expect, test } from 'vitest';
import type { Picture } from '../types.ts';
import { pictureHtml } from './picture-html.ts';

const picture: Picture = {
  sources: { webp: '/a.webp 320w, /b.webp 640w', jpeg: '/a.jpeg 320w, /b.jpeg 640w' },
  img: { src: '/b.jpeg', w: 640, h: 480 },
  alt: 'Ada & "Bob" <3',
  sizes: '50vw',
  placeholder: 'data:image/webp;base64,AAAA',
  color: '#c8a77b',
  hasAlpha: false,
  ai: { generated: true, provider: 'openai', model: 'm', original: null, digitalSourceType: '' },
};

test('a picture has a source a format, and an img that keeps its space', () => {
  expect(pictureHtml(picture)).toBe(
    '<picture><source type="image/webp" srcset="/a.webp 320w, /b.webp 640w" sizes="50vw">' +
      '<img src="/b.jpeg" srcset="/a.jpeg 320w, /b.jpeg 640w" sizes="50vw" width="640" height="480"' +
      ' alt="Ada &amp; &quot;Bob&quot; &lt;3" loading="lazy" decoding="async"' +
      ' style="background:url(data:image/webp;base64,AAAA) center / 100% 100% no-repeat"></picture>',
  );
});

test('sizes: auto is what the browser knows of a lazy picture, and a width for all others', () => {
  const auto = { ...picture, sizes: 'auto' };
  const widest = '(max-width: 640px) 100vw, 640px';
  const sizesIn = (html: string) =>
    [...html.matchAll(/ sizes="([^"]*)"/g)].map(([, sizes]) => sizes);
  expect(sizesIn(pictureHtml(auto))).toEqual([`auto, ${widest}`, `auto, ${widest}`]);
  expect(sizesIn(pictureHtml(auto, { loading: 'eager' }))).toEqual([widest, widest]);
  expect(sizesIn(pictureHtml(picture, { sizes: 'auto' }))).toEqual([
    `auto, ${widest}`,
    `auto, ${widest}`,
  ]);
  expect(sizesIn(pictureHtml(auto, { sizes: '10vw' }))).toEqual(['10vw', '10vw']);
});

test('one format in one file is an img', () => {
  const html = pictureHtml({ ...picture, sources: { jpeg: '/b.jpeg 640w' }, sizes: null });
  expect(html).toMatch(/^<img src="\/b\.jpeg" width="640"/);
});

test('what is given wins, of a width or a height alone the other follows, and a style is added to', () => {
  const html = pictureHtml(picture, {
    ALT: '',
    width: 320,
    loading: 'eager',
    fetchpriority: 'high',
    hidden: true,
    title: null,
    style: 'border:0',
  });
  expect(html).toMatch(/ width="320" .*height="240" alt="" loading="eager" decoding="async"/);
  expect(html).toContain('fetchpriority="high" hidden');
  expect(html).toContain('no-repeat;border:0"');
  expect(html).not.toContain('title');
});

test('nothing is behind what shows through', () => {
  expect(pictureHtml({ ...picture, hasAlpha: true })).not.toContain('style');
});

test('nothing that is given leaves its attribute', () => {
  expect(pictureHtml(picture, { class: '"><script>' })).toContain(
    'class="&quot;&gt;&lt;script&gt;"',
  );
  expect(() => pictureHtml(picture, { 'x><script': '' })).toThrow('is not a valid attribute name');
});
