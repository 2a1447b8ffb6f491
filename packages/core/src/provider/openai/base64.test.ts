import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64 } from './base64.ts';

test('gives what was encoded, in either alphabet, padded or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64');
      const urlSafe = text.replaceAll('+', '-').replaceAll('/', '_');
      for (const one of [text, urlSafe])
        for (const written of [one, one.replaceAll('=', '')])
          expect(decodeBase64(Buffer.from(written))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('knows what is no base64', () => {
  const letter = fc.constantFrom('A', 'b', '9', '+', '/', '-', '_', '=', '%', '\\', ' ', '\u00e9');
  const whole = /^(?:[\w+/-]{4})*(?:[\w+/-]{3}=?|[\w+/-]{2}={0,2})?$/;
  fc.assert(
    fc.property(fc.string({ unit: letter, maxLength: 16 }), (text) => {
      const bytes = decodeBase64(Buffer.from(text));
      expect(bytes !== null).toBe(whole.test(text));
      if (bytes !== null) expect(bytes).toEqual(Buffer.from(text, 'base64'));
    }),
    { numRuns: 2000 },
  );
});

test('decodes what is long', () => {
  const bytes = Buffer.alloc(200_000, 'a picture');
  const text = Buffer.from(bytes.toString('base64'));
  expect(decodeBase64(text)).toEqual(bytes);
  for (const at of [0, 65_535, 65_536, text.length - 9]) {
    const wrong = Buffer.from(text);
    wrong[at] = '='.charCodeAt(0);
    expect(decodeBase64(wrong)).toBeNull();
  }
});
