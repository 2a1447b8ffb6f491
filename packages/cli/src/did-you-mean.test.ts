import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

test.each([
  ['plna', 'plan'],
  ['chekc', 'check'],
  ['plan', 'plan'],
  ['iinit', 'init'],
  ['hero', null],
  ['icon-plan', null],
  ['x', null],
])('%s is taken for %s', (word, command) => {
  expect(didYouMean(word, ['generate', 'plan', 'check', 'init'])).toBe(command);
});
