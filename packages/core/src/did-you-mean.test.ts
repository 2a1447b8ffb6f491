import { expect, test } from 'vitest';
import { didYouMean, nearest } from './did-you-mean.ts';

const words = ['quality', 'prompt', 'size', 'sizes', 'widths', 'name', 'hero'];

test.each([
  ['qualty', 'quality'],
  ['promt', 'prompt'],
  ['widht', 'widths'],
  ['nmae', 'name'],
  ['siez', 'size'],
  ['heros', 'hero'],
  ['Quality', 'quality'],
])('%s: %s', (word, meant) => {
  expect(didYouMean(word, words)).toBe(`; did you mean "${meant}"?`);
});

test.each(['', 'x', 'seed', 'background', 'negative_prompt'])(
  'nothing is suggested for %j',
  (word) => {
    expect(didYouMean(word, words)).toBe('');
  },
);

test.each([
  ['plna', 'plan'],
  ['chekc', 'check'],
  ['plan', 'plan'],
  ['iinit', 'init'],
  ['hero', null],
  ['icon-plan', null],
  ['x', null],
])('%s is taken for the command %s', (word, command) => {
  expect(nearest(word, ['generate', 'plan', 'check', 'init'])).toBe(command);
});

test('without candidates nothing is suggested', () => {
  expect(didYouMean('size', [])).toBe('');
  expect(didYouMean('size', new Map().keys())).toBe('');
});
