import { expect, test } from 'vitest';
import { autoWidths } from './auto-widths.ts';

const all = [320, 400, 512, 640, 800, 1024, 1280, 1600, 2000, 2560, 3200];

test.each<[string, number | null, string | null, number[]]>([
  ['the full size ends the ladder', 1024, null, [320, 400, 512, 640, 800]],
  ['a width close to the full size is left out', 1536, null, [320, 400, 512, 640, 800, 1024, 1280]],
  ['a picture that is narrower than the ladder', 256, null, []],
  ['a size that the model chooses', null, null, all],
  ['a fixed width, at once and twice the density', 1536, '400px', [400, 512, 640, 800]],
  ['the whole of each viewport', 1536, '100vw', [400, 512, 640, 800, 1024, 1280]],
  ['a third of each viewport', 3840, '33vw', [320, 400, 512, 640, 800, 1024, 1280]],
  ['a condition', 2048, '(max-width: 600px) 100vw, 300px', [320, 400, 512, 640, 800, 1024, 1280]],
  [
    'a condition from below',
    3840,
    '(min-width: 1200px) 50vw, 700px',
    [640, 800, 1024, 1280, 1600, 2000],
  ],
  ['what cannot be read here', 1024, 'calc(100vw - 2rem)', [320, 400, 512, 640, 800]],
  [
    'one part that cannot be read here',
    1024,
    '(orientation: landscape) 10px, 20px',
    [320, 400, 512, 640, 800],
  ],
  ['a width that only the browser knows', 1024, 'auto', [320, 400, 512, 640, 800]],
  ['the same with a fallback', 1024, 'auto, 20px', [320, 400, 512, 640, 800]],
])('%s', (_, full, sizes, widths) => {
  expect(autoWidths(full, sizes)).toEqual(widths);
});
