import { expect, test } from 'vitest';
import type { Outcome } from './picture-fetch.ts';
import { watchRemoteUse } from './remote-use.ts';

const error = new Error('403');
const failed: Outcome = { kind: 'failed', error };
const slower: Outcome = { kind: 'slower' };
const missing: Outcome = { kind: 'missing' };
const now = () => performance.now();

test('a remote that fails for three pictures in a row is given up', () => {
  const use = watchRemoteUse(5000);
  expect(use.note([failed, failed], now())).toBeNull();
  expect(use.note([failed], now())).toBeNull();
  expect(use.note([failed], now())).toEqual({ error });
});

test('any answer restarts the count', () => {
  const use = watchRemoteUse(0);
  for (let at = 0; at < 9; at++) {
    const answered: Outcome[] = [slower, at % 3 === 2 ? missing : failed];
    expect(use.note(answered, now())).toBeNull();
  }
});

test('a slow remote gets more time', () => {
  const use = watchRemoteUse(5000);
  const since = now() - 4000;
  for (let at = 0; at < 9; at++) expect(use.note([slower], since)).toBeNull();
  const impatient = watchRemoteUse(3000);
  expect(impatient.note([slower], since)).toBeNull();
  expect(impatient.note([slower], now())).toBeNull();
  expect(impatient.note([slower, failed], now())).toEqual({ error });
});
