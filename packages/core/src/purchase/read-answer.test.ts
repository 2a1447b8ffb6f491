import { expect, test } from 'vitest';
import { ProviderError } from '../provider/provider.ts';
import { readAnswer } from './read-answer.ts';

const bytes = Buffer.from('picture');
const whole = { bytes, usage: null, requestId: null, warnings: [], limit: null };

test.each<[string, object]>([
  ['only bytes', { bytes }],
  ['members of other types', { ...whole, usage: 'many', requestId: 7, warnings: {}, limit: 5 }],
  ['usage that no record may have', { ...whole, usage: { inputTextTokens: -1 } }],
  ['warnings that are no texts', { ...whole, warnings: [null, { text: 'late' }] }],
  ['members that it inherits', Object.create(whole) as object],
])('an answer with %s is the picture', (_, answer) => {
  expect(readAnswer(answer)).toEqual(whole);
});

test.each([
  ['an ArrayBuffer', new Uint8Array(bytes).buffer],
  ['a view', new DataView(new Uint8Array(bytes).buffer)],
  ['an array of other numbers', new Uint8ClampedArray(bytes)],
])('bytes may be in %s', (_, given) => {
  const read = readAnswer({ ...whole, bytes: given });
  expect(read instanceof ProviderError ? read : Buffer.from(read.bytes)).toEqual(bytes);
});

test.each([undefined, null, 'text', {}, { bytes: null }, { bytes: 7 }])(
  '%j has no picture, and may have been paid for',
  (answer) => {
    expect(readAnswer(answer)).toMatchObject({ code: 'bad-reply', reply: null });
  },
);

test('bytes that are a text are kept', () => {
  const read = readAnswer({ bytes: 'iVBORw0KGgo=' });
  expect(read).toMatchObject({ code: 'bad-reply', reply: Buffer.from('iVBORw0KGgo=') });
});
