import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMsOf } from '../test/support/cpu-time.ts';
import { redact } from './redact.ts';

describe('redact', () => {
  test.each([
    ['sk-1234567890abcdef', '•••••••••••••••••••'],
    ['key: sk-proj-abc_DEF-123456.', 'key: ••••••••••••••••••••••.'],
    ['"r8_abcdefgh12345"', '"••••••••••••••••"'],
    ['Incorrect API key provided: sk-pr***cdef.', 'Incorrect API key provided: ••••••••••••.'],
    ['abcd****wxyz', '••••••••••••'],
  ])('%s becomes %s', (text, shown) => {
    const redacted = redact(text);
    expect(redacted).toBe(shown);
    expect(redacted).toHaveLength(text.length);
  });

  test.each([
    'task-force',
    'risk-management',
    'a sketch',
    'sk-1',
    'desk-1234567890',
    '** bold **',
    'a * b',
  ])('%s stays', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('every given secret is removed everywhere, and an empty one changes nothing', () => {
    expect(redact('a $&.* b $&.*', ['$&.*', ''])).toBe('a •••• b ••••');
  });

  test('lines and positions do not change', () => {
    const text = fc.string({
      unit: fc.constantFrom('s', 'k', '-', '*', 'a', '1', ' ', '\n', '💡'),
    });
    fc.assert(
      fc.property(text, fc.array(text), (written, secrets) => {
        const redacted = redact(written, secrets);
        expect(redacted).toHaveLength(written.length);
        expect(redacted.split('\n').map(({ length }) => length)).toEqual(
          written.split('\n').map(({ length }) => length),
        );
      }),
    );
  });

  test('a word takes time in proportion to its length', () => {
    for (const word of ['a', 'sk-', 'a**']) {
      // It takes a fifth of a second at most. In proportion to the square it would take minutes: the limit is far from both.
      expect(
        cpuMsOf(() => redact(word.repeat(300_000))),
        word,
      ).toBeLessThan(3000);
    }
  });
});
