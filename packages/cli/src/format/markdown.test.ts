import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeSpan } from './markdown.ts';

describe('a code span', () => {
  test('holds text of users as it is', () => {
    expect(codeSpan('hero', 10)).toBe('`hero`');
    expect(codeSpan('@team #1 [a](https://b) <img src=x> **c** :d: $e$', 99)).toBe(
      '`@team #1 [a](https://b) <img src=x> **c** :d: $e$`',
    );
  });

  test('cannot be ended by its text', () => {
    expect(codeSpan('a `b` c', 10)).toBe('`` a `b` c ``');
    expect(codeSpan('```', 10)).toBe('```` ``` ````');
  });

  test('has no line break, no pipe, no control character, and a length', () => {
    expect(codeSpan('a\r\n\r\n| b \\| c\u202e\x1b[31m', 30)).toBe('`a ¦ b \\¦ c`');
    expect(codeSpan('12345678', 5)).toBe('`1234…`');
    expect(codeSpan('😀😀😀', 2)).toBe('`😀…`');
    expect(codeSpan(' \n', 5)).toBe('');
  });

  test('of any text is one code span by the rules of CommonMark', () => {
    const unit = fc.constantFrom('`', '``', '|', '\\', '\n', ' ', '<', '@', 'a', '\u2028', '😀');
    fc.assert(
      fc.property(fc.string({ unit }), fc.integer({ min: 2, max: 20 }), (text, most) => {
        const span = codeSpan(text, most);
        if (span === '') return;
        expect(span).not.toMatch(/[|\n\u2028]/);
        const fence = /^`+/.exec(span)![0];
        // No run of backticks within it is as long as the ones that begin and end it.
        const runs = span.match(/`+/g)!;
        expect(runs.filter((run) => run.length === fence.length)).toEqual([fence, fence]);
        expect(span.endsWith(fence)).toBe(true);
      }),
    );
  });
});
