import { expect, test } from 'vitest';
import type { Key } from '../types.ts';
import { notesFileOf, parseNotes, writeNote } from './notes.ts';

const key = 'ab'.repeat(32) as Key;
const other = '12'.repeat(32) as Key;

test('notes are in a file beside their manifest', () => {
  expect(notesFileOf('site/a.images.yaml')).toBe('site/a.images.notes.yaml');
  expect(notesFileOf('site/a.images.yml')).toBe('site/a.images.notes.yaml');
  expect(notesFileOf('pictures.yaml')).toBe('pictures.images.notes.yaml');
});

test('a note is written, changed and removed, and comments stay', () => {
  const write = (text: string, id: string, of: Key, note: object) => {
    const written = writeNote(text, 'a.images.yaml', id, of, note);
    if ('problem' in written) throw new Error(written.problem);
    return written.text;
  };
  let text = write('', 'hero', key, { star: true });
  expect(text).toBe(
    `# Notes on the pictures of a.images.yaml, made on its contact sheet.\nhero:\n  ${key}: { star: true }\n`,
  );
  text = `${text}# by hand`;
  text = write(text, 'constructor', key, { rejected: true });
  text = write(text, 'hero', other, { comment: 'Too dark: "left"\nand right' });
  text = write(text, 'hero', key, { star: true, rejected: true });
  const { notes, diagnostics } = parseNotes('n.yaml', Buffer.from(text));
  expect(diagnostics).toEqual([]);
  expect(text).toContain('# by hand');
  expect(notes.get('hero')?.get(other)).toEqual({ comment: 'Too dark: "left"\nand right' });
  expect(notes.get('hero')?.get(key)).toEqual({ star: true, rejected: true });
  expect(notes.get('constructor')?.get(key)).toEqual({ rejected: true });
  for (const [id, of] of [
    ['hero', key],
    ['hero', other],
    ['constructor', key],
  ] as const)
    text = write(text, id, of, {});
  expect(
    [...parseNotes('n.yaml', Buffer.from(text)).notes.values()].flatMap((one) => [...one]),
  ).toEqual([]);
  text = write(text, 'hero', key, { star: true });
  expect(parseNotes('n.yaml', Buffer.from(text)).notes.get('hero')?.size).toBe(1);
});

test.each([
  ['no map', '- a\n', /map of images/],
  ['no map of pictures', 'hero: 3\n', /map of the keys/],
  ['no key', 'hero: { ../x: { star: true } }\n', /named by its key/],
  ['another field', `hero: { ${key}: { star: true, run: rm } }\n`, /a note is/],
  ['star: no', `hero: { ${key}: { star: false } }\n`, /a note is/],
  [
    'a comment that is too long',
    `hero: { ${key}: { comment: ${'x'.repeat(2001)} } }\n`,
    /a note is/,
  ],
  ['broken YAML', 'hero: {\n', /./],
  ['a name of every object', `__proto__: { ${key}: { star: true } }\n`, /__proto__/],
])('what came with a clone and is no note is left out with a warning: %s', (_, text, message) => {
  const { notes, diagnostics } = parseNotes('n.yaml', Buffer.from(text));
  expect([...notes.values()].flatMap((one) => [...one])).toEqual([]);
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(diagnostics[0]).toMatchObject({
    severity: 'warning',
    message: expect.stringMatching(message),
  });
  expect(({} as { star?: boolean }).star).toBeUndefined();
});

test('nothing is written into a file that is not notes', () => {
  for (const text of ['- a\n', '{ hero: 3 }\n', 'hero: {\n'])
    expect(writeNote(text, 'a.images.yaml', 'hero', key, { star: true })).toHaveProperty('problem');
});
