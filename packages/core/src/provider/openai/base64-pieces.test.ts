import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Base64Pieces } from './base64-pieces.ts';

const decode = (text: string, pieceLength: number, capacity = 0): Buffer | null => {
  const pieces = new Base64Pieces(capacity);
  for (let at = 0; at < text.length; at += pieceLength) {
    const isTaken = pieces.push(Buffer.from(text.slice(at, at + pieceLength), 'latin1'));
    const taken = text.slice(0, isTaken ? at + pieceLength : at);
    const kept = pieces.text().toString();
    expect(kept).toHaveLength(taken.length);
    expect(Buffer.from(kept, 'base64')).toEqual(Buffer.from(taken, 'base64'));
    if (!isTaken) return null;
  }
  const bytes = pieces.end();
  return bytes === null ? null : Buffer.from(bytes);
};
const pieceLength = fc.integer({ min: 1, max: 40 });

test('gives what was encoded, whatever the pieces, in either alphabet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), pieceLength, fc.nat(200), (bytes, ...sizes) => {
      const text = Buffer.from(bytes).toString('base64');
      const urlSafe = text.replaceAll('+', '-').replaceAll('/', '_');
      for (const one of [text, urlSafe]) expect(decode(one, ...sizes)).toEqual(Buffer.from(bytes));
    }),
  );
});

test('knows what is no base64', () => {
  const letter = fc.constantFrom('A', 'b', '9', '+', '/', '-', '_', '=', '%', '\\', ' ', '\u00e9');
  const whole = /^(?:[\w+/-]{4})*(?:[\w+/-]{3}=?|[\w+/-]{2}={0,2})?$/;
  fc.assert(
    fc.property(fc.string({ unit: letter, maxLength: 16 }), pieceLength, (text, length) => {
      const bytes = decode(text, length);
      expect(bytes !== null).toBe(whole.test(text));
      if (bytes !== null) expect(bytes).toEqual(Buffer.from(text, 'base64'));
    }),
    { numRuns: 2000 },
  );
});
