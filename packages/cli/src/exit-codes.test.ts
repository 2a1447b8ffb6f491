import { expect, test } from 'vitest';
import { EXIT_CODE_OF } from './exit-codes.ts';

test('every error code exits with a documented code, and never with success', () => {
  for (const [code, exitCode] of Object.entries(EXIT_CODE_OF)) {
    expect([1, 2, 3, 4, 130], code).toContain(exitCode);
  }
});

test('what the user can mend before anything is done is exit 2', () => {
  const wrongInput = Object.entries(EXIT_CODE_OF).filter(([, exitCode]) => exitCode === 2);
  expect(wrongInput.map(([code]) => code)).toEqual([
    'usage',
    'config',
    'manifest',
    'api-key-missing',
    'key-not-allowed',
    'output-not-ours',
  ]);
});
