import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { count, key, line, parseJson, pixels, time, usd } from './schema.ts';

const hex = 'a1'.repeat(32);

describe('what is refused', () => {
  test.each([
    ['a path where a hash belongs', key, '"../../../../etc/passwd"'],
    ['a hash with a path behind it', key, `"${hex}/../x"`],
    ['a hash with a line break behind it', key, `"${hex}\\n"`],
    ['a hash in upper case', key, `"${hex.toUpperCase()}"`],
    ['a number where a hash belongs', key, '1'],
    ['an infinite price', usd, '1e999'],
    ['a negative price', usd, '-0.01'],
    ['a price as text', usd, '"0.01"'],
    ['a price of null', usd, 'null'],
    ['a fraction of a pixel', pixels, '10.5'],
    ['no pixels', pixels, '0'],
    ['a count past what an integer holds', count(), '1e300'],
    ['a count over its limit', count(9), '10'],
    ['a day that does not exist', time, '"2026-13-45T00:00:00.000Z"'],
    ['a time in words', time, '"yesterday"'],
    ['a control character in a line', line(9), '"a\\u001b[2J"'],
    ['a line that is too long', line(9), '"0123456789"'],
    ['text that is not JSON', line(9), '{"a"'],
  ])('%s', (_name, schema, text) => {
    expect(parseJson<v.GenericSchema>(schema, text)).toMatchObject({ kind: 'damaged' });
  });
});

test('a value that fits is returned unchanged, without unknown fields', () => {
  const schema = v.object({ key, costUsd: v.nullable(usd), at: time });
  const file = { key: hex, costUsd: 0.04, at: '2026-11-28T08:00:00.000Z' };
  expect(parseJson(schema, JSON.stringify({ ...file, more: 1 }))).toEqual({
    kind: 'value',
    value: file,
  });
});

test('a problem names the field', () => {
  const schema = v.object({ info: v.object({ width: pixels }) });
  expect(parseJson(schema, '{ "info": {} }')).toEqual({
    kind: 'damaged',
    problem: 'has a bad info.width',
  });
});

test('a planted __proto__ does not become the prototype', () => {
  const schema = v.object({ at: time });
  const parsed = parseJson(schema, '{ "__proto__": { "at": "2026-11-28T08:00:00.000Z" } }');
  expect(parsed).toMatchObject({ kind: 'damaged' });
});
