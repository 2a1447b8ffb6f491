import { describe, expect, test } from 'vitest';
import { bytesWithoutSecrets, secretsIn, withoutSecrets } from './secrets.ts';

test('the secrets of an environment are recognised by the names of its variables', () => {
  const env = {
    OPENAI_API_KEY: 'RECOGNISABLE-one\n',
    FAL_TOKEN: 'RECOGNISABLE-two',
    DB_PASSWORD: 'RECOGNISABLE-three',
    MONKEY: 'no',
    HOME: '/home/somebody',
    EMPTY_KEY: '',
    NO_KEY: undefined,
  };
  expect(secretsIn(env)).toEqual(['RECOGNISABLE-one', 'RECOGNISABLE-two', 'RECOGNISABLE-three']);
});

describe('a secret is removed', () => {
  const secret = 'REC"OGN/ISABLE key+1';
  const forms = [
    ['as it is', secret],
    ['in JSON', JSON.stringify({ key: secret })],
    ['in a URL', `https://x.example/?key=${encodeURIComponent(secret)}`],
    ['in JSON of PHP', JSON.stringify(secret).replaceAll('/', '\\/')],
    [
      'in an address of another writer',
      encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
    ],
    ['as base64', Buffer.from(secret).toString('base64')],
    ['as base64 after one byte', Buffer.from(`:${secret}`).toString('base64')],
    ['as base64 of a login', Buffer.from(`me:${secret}:x`).toString('base64')],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['in hex of large letters', Buffer.from(secret).toString('hex').toUpperCase()],
    ['as base64 for addresses', Buffer.from(`k:${secret}~~~???`).toString('base64url')],
  ] as const;

  test.each(forms)('from a text, %s', (_form, text) => {
    const clean = withoutSecrets(text, [secret]);
    expect(clean).toContain('•••');
    expect(clean).not.toMatch(/ISABLE|SVNBQkxF|495341424c45/i);
  });

  test.each(forms)('from bytes, %s, which keep their length', (_form, text) => {
    const bytes = Buffer.concat([Buffer.from([0x89, 0, 255]), Buffer.from(text), Buffer.from([0])]);
    const clean = bytesWithoutSecrets(bytes, [secret]);
    expect(Buffer.from(clean).toString('latin1')).toContain('***');
    expect(clean).toHaveLength(bytes.length);
    expect(Buffer.from(clean).toString('latin1')).not.toMatch(/ISABLE|SVNBQkxF|495341424c45/i);
    expect([clean[0], clean[2], clean.at(-1)]).toEqual([0x89, 255, 0]);
  });
});

test('a secret that begins with another one is removed whole', () => {
  const secrets = ['RECOGNISABLE', 'RECOGNISABLE-and-MORE'];
  const text = 'it was RECOGNISABLE-and-MORE';
  expect(withoutSecrets(text, secrets)).not.toContain('MORE');
  expect(Buffer.from(bytesWithoutSecrets(Buffer.from(text), secrets)).toString()).not.toContain(
    'MORE',
  );
});

test.each([
  ['where a text ends', 'no: RECOGNISABLE-a'],
  ['where a text was cut', 'no: RECOGNISABLE-a… (refused)'],
])('the beginning of a secret is taken out %s', (_where, text) => {
  const clean = withoutSecrets(text, ['RECOGNISABLE-and-MORE']);
  expect(clean).toBe(text.replace('RECOGNISABLE-a', '•'.repeat(14)));
});

test('words that begin like a secret stay', () => {
  expect(withoutSecrets('a recogn… and RECOG', ['RECOGNISABLE'])).toBe('a recogn… and RECOG');
});

test('a text that is too short for a key stays in bytes', () => {
  const bytes = Buffer.from('none of it');
  expect(bytesWithoutSecrets(bytes, ['none'])).toBe(bytes);
});

test('bytes without a secret are the same bytes', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  expect(bytesWithoutSecrets(bytes, ['RECOGNISABLE'])).toBe(bytes);
});
