import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256 } from './hash.ts';

describe('sha256', () => {
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j', (text, hash) => {
    expect(sha256(text)).toBe(hash);
    expect(sha256(Buffer.from(text))).toBe(hash);
  });

  test('a text is hashed as UTF-8', () => {
    expect(sha256('灯台 💡')).toBe(sha256(Buffer.from('灯台 💡', 'utf8')));
  });
});

describe('canonicalJson', () => {
  test.each<[unknown, string]>([
    [null, 'null'],
    [true, 'true'],
    ['a "b"\n\u2028', '"a \\"b\\"\\n\u2028"'],
    [0, '0'],
    [-0, '0'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [[], '[]'],
    [{}, '{}'],
    [{ b: 1, a: [2, { d: null, c: 'x' }] }, '{"a":[2,{"c":"x","d":null}],"b":1}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [{ 10: 'b', 9: 'a', a: 1 }, '{"10":"b","9":"a","a":1}'],
    [{ é: 1, z: 2, Z: 3, '💡': 4, '\uFB33': 5 }, '{"Z":3,"z":2,"é":1,"💡":4,"\uFB33":5}'],
    ['\ud800', '"\\ud800"'],
  ])('of %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', Buffer.from('a')],
    ['an object of a class', new URL('https://example.com')],
    ['an object without a prototype', Object.create(null)],
    ['a hole in a list', Array(2)],
    ['undefined in a list', [undefined]],
    ['one of these deep down', { a: [{ b: Number.NaN }] }],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test('is the same for every order of names, and parses to the same value', () => {
    const data = fc.jsonValue({ noUnicodeString: false });
    fc.assert(
      fc.property(data, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  }, 60_000);
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([name, member]) => [name, reversed(member)]));
}
