import { expect, test } from 'vitest';
import { exitCodeOf } from './exit-codes.ts';

test('every error code exits with a documented code, and never with success', () => {
  for (const [code, exitCode] of Object.entries(exitCodeOf)) {
    expect([1, 2, 3, 4, 130], code).toContain(exitCode);
  }
});

test('what the user can mend before anything is done is exit 2', () => {
  const wrongInput = Object.entries(exitCodeOf).filter(([, exitCode]) => exitCode === 2);
  expect(wrongInput.map(([code]) => code)).toEqual([
    'usage',
    'config',
    'manifest',
    'api-key-missing',
    'key-not-allowed',
    'output-not-ours',
  ]);
});
