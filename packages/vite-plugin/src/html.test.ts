import { expect, test } from 'vitest';
import { expandHtml, findReferences } from './html.ts';
import type { Picture } from './picture.ts';

const picture: Picture = {
  sources: { webp: '/a.webp 320w, /b.webp 640w', jpeg: '/a.jpeg 320w, /b.jpeg 640w' },
  img: { src: '/b.jpeg', w: 640, h: 480 },
  alt: 'Ada',
  sizes: null,
  placeholder: null,
  color: null,
  hasAlpha: false,
  ai: { generated: true, provider: 'openai', model: 'm', original: null, digitalSourceType: '' },
};
const expand = (html: string) => expandHtml(html, () => picture);
const source = '<source type="image/webp" srcset="/a.webp 320w, /b.webp 640w">';
const generated =
  'src="/b.jpeg" srcset="/a.jpeg 320w, /b.jpeg 640w" width="640" height="480" alt="Ada" loading="lazy" decoding="async"';

test.each([
  ['<img src="tintype:a">', `<picture>${source}<img ${generated}></picture>`],
  [
    "<p>x<IMG   @click='go' SRC=tintype:a Class=big />y",
    `<p>x<picture>${source}<IMG   @click='go' ${generated} Class=big /></picture>y`,
  ],
  [
    '<picture class="own"><img src="tintype:a"></picture>',
    `<picture class="own">${source}<img ${generated}></picture>`,
  ],
  [
    '<img alt="mine" loading="eager" src="tintype:a" height="48">',
    `<picture>${source}<img alt="mine" loading="eager" src="/b.jpeg" srcset="/a.jpeg 320w, /b.jpeg 640w" width="64" decoding="async" height="48"></picture>`,
  ],
  [
    '<source type="image/webp" srcset="tintype:a">',
    '<source type="image/webp" srcset="/a.webp 320w, /b.webp 640w">',
  ],
  ['<source srcset="tintype:a">', '<source srcset="/a.jpeg 320w, /b.jpeg 640w">'],
  [
    '<picture><source media="(max-width: 600px)" srcset="tintype:a"><img src="/x.png" alt="x"></picture>',
    '<picture><source media="(max-width: 600px)" type="image/webp" srcset="/a.webp 320w, /b.webp 640w" width="640" height="480">' +
      '<source media="(max-width: 600px)" type="image/jpeg" srcset="/a.jpeg 320w, /b.jpeg 640w" width="640" height="480"><img src="/x.png" alt="x"></picture>',
  ],
  [
    '<picture><source type="image/webp" width="320" srcset="tintype:a" sizes="9px"><img src="/x.png" alt="x"></picture>',
    '<picture><source type="image/webp" width="320" srcset="/a.webp 320w, /b.webp 640w" height="240" sizes="9px"><img src="/x.png" alt="x"></picture>',
  ],
  ['<video poster="tintype:a"></video>', '<video poster="/b.jpeg"></video>'],
  [
    '<template><img src="tintype:a"></template>',
    `<template><picture>${source}<img ${generated}></picture></template>`,
  ],
  [
    '<noscript><img src="tintype:a"></noscript>',
    `<noscript><picture>${source}<img ${generated}></picture></noscript>`,
  ],
  [
    '<svg viewBox="0 0 9 9"><image xlink:href="tintype:a"/><image href="tintype:a"/></svg>',
    '<svg viewBox="0 0 9 9"><image xlink:href="/b.jpeg"/><image href="/b.jpeg"/></svg>',
  ],
  [
    '<script type="application/ld+json">{ "image": ["tintype:a"], "name": "of tintype:a" }</script>',
    '<script type="application/ld+json">{ "image": ["/b.jpeg"], "name": "of tintype:a" }</script>',
  ],
])('%s', (before, after) => {
  expect(expand(before)).toBe(after);
});

const moving: Picture = {
  ...picture,
  sources: { webp: '/a.webp 320w, /b.webp 640w', gif: '/a.gif 320w, /b.gif 640w' },
  img: { src: '/b.gif', w: 640, h: 480 },
  still: '/s.webp 320w, /t.webp 640w',
};
const stillSource =
  '<source media="(prefers-reduced-motion: reduce)" type="image/webp" srcset="/s.webp 320w, /t.webp 640w">';
const size = 'width="640" height="480" alt="Ada" loading="lazy" decoding="async"';

test.each([
  [
    '<img src="tintype:a">',
    `<picture>${stillSource}${source}<img src="/b.gif" srcset="/a.gif 320w, /b.gif 640w" ${size}></picture>`,
  ],
  [
    '<img src="tintype:a?still">',
    `<img src="/t.webp" srcset="/s.webp 320w, /t.webp 640w" ${size}>`,
  ],
  ['<source srcset="tintype:a?still">', '<source srcset="/s.webp 320w, /t.webp 640w">'],
  ['<video poster="tintype:a?still"></video>', '<video poster="/t.webp"></video>'],
  [
    '<script type="application/ld+json">["tintype:a?still"]</script>',
    '<script type="application/ld+json">["/t.webp"]</script>',
  ],
])('of a picture that moves: %s', (before, after) => {
  expect(expandHtml(before, () => moving)).toBe(after);
  expect(findReferences(before)).toEqual(['a']);
});

test('?still of a picture that does not move is the picture', () => {
  expect(expand('<img src="tintype:a?still">')).toBe(expand('<img src="tintype:a">'));
});

test.each(['<!-- <img src="tintype:a"> -->', '<script>"tintype:a"</script>', '<p>tintype:a</p>'])(
  '%s names none, and stays to the letter',
  (html) => {
    expect(findReferences(html)).toEqual([]);
    expect(expand(html)).toBe(html);
  },
);
