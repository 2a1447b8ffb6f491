import { expect, test } from 'vitest';
import type { Picture } from '@tintype/core/types';
import { pictureAttributes, preloadLinks } from './picture-attributes.ts';

const hero: Picture = {
  sources: { webp: '/a.webp 320w, /b.webp 640w', jpeg: '/b.jpeg 640w' },
  img: { src: '/b.jpeg', w: 640, h: 480 },
  alt: 'A pier',
  sizes: '50vw',
  placeholder: 'data:image/webp;base64,AAAA',
  color: '#c8a77b',
  hasAlpha: false,
  ai: { generated: true, provider: 'openai', model: 'm', original: null, digitalSourceType: '' },
};

const preloadsOf = (picture: Picture) =>
  preloadLinks(pictureAttributes({ of: picture, priority: true }));

test('a picture is preloaded in its first format, without an address that old browsers would load, too', () => {
  expect(preloadsOf(hero)).toEqual([
    {
      rel: 'preload',
      as: 'image',
      type: 'image/webp',
      fetchpriority: 'high',
      imagesrcset: '/a.webp 320w, /b.webp 640w',
      imagesizes: '50vw',
    },
  ]);
  expect(preloadsOf({ ...hero, sources: {} })).toMatchObject([{ as: 'image', href: '/b.jpeg' }]);
});

test.each([
  ['moves', { still: '/still.webp 640w' }],
  ['is another one on a phone', { art: [{ media: '(max-width: 9px)', picture: hero }] }],
])(
  'a picture that %s is not preloaded, because only the page knows which file it shows',
  (_, more) => {
    expect(preloadsOf({ ...hero, ...more })).toEqual([]);
  },
);

test('an inlined picture that moves has its first frame for readers who prefer less motion', () => {
  const inlined = { ...hero, sources: {}, still: 'data:image/webp;base64,AA 640w' };
  expect(pictureAttributes({ of: inlined })).toMatchObject({
    sources: [
      {
        media: '(prefers-reduced-motion: reduce)',
        type: 'image/webp',
        srcset: 'data:image/webp;base64,AA 640w',
      },
    ],
    img: { src: '/b.jpeg', srcset: null },
  });
});

test.each([
  ['blur', 'background:url(data:image/webp;base64,AAAA) center / 100% 100% no-repeat'],
  ['color', 'background:#c8a77b'],
  ['none', undefined],
] as const)('placeholder %s', (placeholder, style) => {
  expect(pictureAttributes({ of: hero, placeholder }).img['style']).toBe(style);
});

test('a style follows the background in its own form', () => {
  const styleOf = (of: Picture, style: unknown) => pictureAttributes({ of, style }).img['style'];
  const red = { ...hero, placeholder: null, color: 'red' };
  expect(styleOf(red, 'border:0')).toBe('background:red;border:0');
  expect(styleOf(red, { border: 0 })).toEqual({ background: 'red', border: 0 });
  expect(styleOf({ ...red, color: null }, 'border:0')).toBe('border:0');
});

test('what is given as undefined is not given, so that no picture loses its text or its space', () => {
  const { img } = pictureAttributes({
    of: hero,
    priority: true,
    alt: undefined,
    width: undefined,
    height: undefined,
    sizes: undefined,
    loading: undefined,
  });
  expect(img).toMatchObject({
    alt: 'A pier',
    width: 640,
    height: 480,
    sizes: '50vw',
    loading: 'eager',
  });
});

test('src comes after all that decides which file is loaded', () => {
  const { img } = pictureAttributes({ of: hero, priority: true, crossorigin: 'anonymous' });
  expect(Object.keys(img).at(-1)).toBe('src');
});
