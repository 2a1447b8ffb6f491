import { expect, test } from 'vitest';
import type { Asset } from '../types.ts';
import { toPicture } from './asset-picture.ts';
import { pictureHtml } from './picture-html.ts';

const asset: Asset = {
  alt: 'A pier',
  width: 640,
  height: 480,
  src: 'team/pier.jpeg',
  sizes: '50vw',
  sources: {
    webp: 'team/pier-320w.webp 320w, team/pier.webp 640w',
    jpeg: 'team/pier-320w.jpeg 320w, team/pier.jpeg 640w',
  },
  still: 'team/pier.still.webp 640w',
  art: [
    {
      media: '(max-width: 600px)',
      image: 'team/pier-3x4',
      width: 300,
      height: 400,
      sizes: '100vw',
      sources: { webp: 'team/pier-3x4.webp 300w', jpeg: 'team/pier-3x4.jpeg 300w' },
    },
  ],
  placeholder: 'data:image/webp;base64,AAAA',
  color: '#c8a77b',
  hasAlpha: true,
  files: [],
  ai: { generated: true, provider: 'openai', model: 'm', original: null, digitalSourceType: '' },
};

test('an entry becomes the picture that an import has, at the address of its folder', () => {
  const { ai } = asset;
  expect(toPicture(asset, '/images')).toEqual({
    sources: {
      webp: '/images/team/pier-320w.webp 320w, /images/team/pier.webp 640w',
      jpeg: '/images/team/pier-320w.jpeg 320w, /images/team/pier.jpeg 640w',
    },
    still: '/images/team/pier.still.webp 640w',
    art: [
      {
        media: '(max-width: 600px)',
        picture: {
          sources: {
            webp: '/images/team/pier-3x4.webp 300w',
            jpeg: '/images/team/pier-3x4.jpeg 300w',
          },
          img: { src: '/images/team/pier-3x4.jpeg', w: 300, h: 400 },
          sizes: '100vw',
          alt: 'A pier',
          placeholder: null,
          color: null,
          hasAlpha: true,
          ai,
        },
      },
    ],
    img: { src: '/images/team/pier.jpeg', w: 640, h: 480 },
    alt: 'A pier',
    sizes: '50vw',
    placeholder: 'data:image/webp;base64,AAAA',
    color: '#c8a77b',
    hasAlpha: true,
    ai,
  });
});

test.each([
  [undefined, 'team/pier.jpeg'],
  ['images/', 'images/team/pier.jpeg'],
  ['https://cdn.example/i', 'https://cdn.example/i/team/pier.jpeg'],
])('the base %s', (base, src) => {
  expect(toPicture(asset, base).img.src).toBe(src);
});

test('art comes first, then the first frame, and a transparent picture has no background', () => {
  const html = pictureHtml(toPicture(asset));
  expect([...html.matchAll(/ media="([^"]+)"/g)].map(([, media]) => media)).toEqual([
    '(max-width: 600px)',
    '(max-width: 600px)',
    '(prefers-reduced-motion: reduce)',
  ]);
  expect(html).not.toContain('style=');
});
