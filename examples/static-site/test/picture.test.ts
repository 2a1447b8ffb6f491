import type { Asset } from '@tintype/core';
import { expect, test } from 'vitest';
import { picture } from '../picture.ts';

const asset: Asset = {
  alt: 'A badge',
  width: 320,
  height: 256,
  src: 'badge.gif',
  sizes: null,
  sources: {
    webp: 'badge-64w.webp 64w, badge.webp 320w',
    gif: 'badge-64w.gif 64w, badge.gif 320w',
  },
  placeholder: null,
  color: null,
  files: [],
  ai: {
    generated: false,
    provider: 'offline',
    model: 'x',
    original: null,
    digitalSourceType: '',
  },
};

/** Each source: what it is for, its type, and its candidates. */
function sourcesOf(of: Asset): (string | undefined)[][] {
  return [...picture(of).text.matchAll(/<source([^>]*)>/g)].map(([, tag = '']) =>
    ['media', 'type', 'srcset'].map((name) => new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1]),
  );
}

test('the first frame of an animation comes first, for readers who prefer less motion', () => {
  const webp = [undefined, 'image/webp', 'images/badge-64w.webp 64w, images/badge.webp 320w'];
  expect(sourcesOf(asset)).toEqual([webp]);
  expect(sourcesOf({ ...asset, still: 'badge.still.webp 320w' })).toEqual([
    ['(prefers-reduced-motion: reduce)', 'image/webp', 'images/badge.still.webp 320w'],
    webp,
  ]);
});
