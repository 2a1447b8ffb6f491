import { expect, test } from 'vitest';
import { clean, cleanLine, safeJson } from './clean.ts';

test.each([
  ['plain text', 'A café, 灯台, 👩‍🎨', 'A café, 灯台, 👩‍🎨'],
  ['colours', '\x1b[31mred\x1b[0m', 'red'],
  ['a cleared screen', 'a\x1b[2J\x1b[Hb', 'ab'],
  ['a window title', 'a\x1b]0;owned\x07b', 'ab'],
  ['a hyperlink', '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\', 'click'],
  ['an unterminated string sequence', 'a\x1b]52;c;ZXZpbA==', 'a'],
  ['a device control string', 'a\x1bPq#0;2;0\x1b\\b', 'ab'],
  ['one-character C1 introducers', 'a\x9b31mb\x9d0;t\x9cc', 'abc'],
  ['a sequence with a private marker', 'a\x1b[?25lb', 'ab'],
  ['a reset and a charset switch', 'a\x1bcb\x1b(0c', 'abc'],
  ['a lone escape at the end', 'a\x1b', 'a'],
  ['an escape that stripping uncovers', 'a\x1b\x1b[31m[31mb', 'a[31mb'],
  ['overwriting by carriage return', 'safe\revil', 'safeevil'],
  ['backspaces, bells and NULs', 'a\x08b\x07c\x00d', 'abcd'],
  ['bidirectional overrides', 'a\u202eb\u2066c\u2069\u200fd', 'abcd'],
  ['line separators', 'a\u2028b\u2029c', 'abc'],
  ['Windows line ends', 'a\r\nb', 'a\nb'],
])('clean takes the danger out of %s', (_, hostile, safe) => {
  expect(clean(hostile)).toBe(safe);
  expect(clean(safe)).toBe(safe);
});

test('cleanLine leaves nothing that could begin a line of its own', () => {
  expect(cleanLine('refused\n\ttintype: all is well\r\n')).toBe('refused tintype: all is well ');
});

test('safeJson is the same value and has no character that a terminal acts on', () => {
  const value = { message: 'a\x1b[31m\x9b\u202eb\u2028' };
  expect(JSON.parse(safeJson(value))).toEqual(value);
  expect(safeJson(value)).toBe(String.raw`{"message":"a\u001b[31m\u009b\u202eb\u2028"}`);
  expect(JSON.parse(safeJson(value, 2))).toEqual(value);
});
