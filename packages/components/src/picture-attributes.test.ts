import { expect, test } from 'vitest';
import type { Picture } from '@tintype/core/types';
import { pictureAttributes, withBackground } from './picture-attributes.ts';

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

test('a picture with priority is preloaded in its first format', () => {
  expect(pictureAttributes({ of: hero }, {}).preload).toBeNull();
  expect(pictureAttributes({ of: hero, priority: true }, {}).preload).toEqual({
    rel: 'preload',
    as: 'image',
    type: 'image/webp',
    fetchpriority: 'high',
    href: '/b.webp',
    imagesrcset: '/a.webp 320w, /b.webp 640w',
    imagesizes: '50vw',
  });
});

test.each([
  ['moves', { still: '/still.webp 640w' }],
  ['is another one on a phone', { art: [{ media: '(max-width: 9px)', picture: hero }] }],
])(
  'a picture that %s is not preloaded, because only the page knows which file it shows',
  (_, more) => {
    expect(pictureAttributes({ of: { ...hero, ...more }, priority: true }, {}).preload).toBeNull();
  },
);

test.each([
  ['blur', 'url(data:image/webp;base64,AAAA) center / 100% 100% no-repeat'],
  ['color', '#c8a77b'],
  ['none', null],
] as const)('placeholder %s', (placeholder, background) => {
  expect(pictureAttributes({ of: hero, placeholder }, {}).background).toBe(background);
});

test('a style follows the background in its own form', () => {
  expect(withBackground('red', 'border:0')).toBe('background:red;border:0');
  expect(withBackground('red', { border: 0 })).toEqual({ background: 'red', border: 0 });
  expect(withBackground(null, 'border:0')).toBe('border:0');
});
