import { expect, test } from 'vitest';
import { accountMark } from './account-mark.ts';

const apiKey = `sk-proj-${'0123456789'.repeat(4)}`;
const markOf = (
  name: string,
  key: string | null,
  { baseUrl, account }: { baseUrl?: string; account?: string } = {},
) =>
  accountMark(
    name,
    baseUrl === undefined ? {} : { baseUrl },
    account === undefined ? {} : { account: () => account },
    { apiKey: key },
  );

test('is equal for one server, configuration and key, and else differs, also from batch to batch', async () => {
  const mark = await markOf('one', apiKey);
  expect(mark).toMatch(/^[0-9a-f]{32}$/);
  expect(await markOf('one', apiKey)).toBe(mark);
  const others = await Promise.all([
    markOf('two', apiKey),
    markOf('one', `${apiKey}4`),
    markOf('one', apiKey, { baseUrl: 'https://gateway.example/v1' }),
    markOf('one', apiKey, { account: 'proj_1' }),
  ]);
  expect(new Set([mark, ...others]).size).toBe(5);
});

test.each([null, '', 'password', 'x'.repeat(31)])(
  'a key that may be guessed has none: %j',
  async (key) => {
    expect(await markOf('one', key)).toBeUndefined();
  },
);
