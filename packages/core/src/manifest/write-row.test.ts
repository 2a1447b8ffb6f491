import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLong } from '../../test/support/test-mode.ts';
import { parseRows } from './parse-rows.ts';
import { writeRow } from './write-row.ts';

describe('a cell is written and nothing else changes', () => {
  test.each([
    ['rows.csv', 'name,text\nhome, a house \ncart,"a ""cart"""\n', 'a house', 'a hut'],
    ['rows.csv', 'name,text\r\n\r\nhome,a house\r\ncart,x', 'a house', '"a hut, small"'],
    ['rows.csv', 'name,text\nhome,"a house"\n', '"a house"', '"say ""hut"""'],
    [
      'rows.jsonl',
      '{"name": "home", "text": "a house"}\n\n{"name":"b","text":"c"}\n',
      '"a house"',
      '"a \\"hut\\""',
    ],
    [
      'rows.json',
      '[\n  { "name": "home", "text": "a house" },\n  {"name":"b","text":"c"}]',
      '"a house"',
      '"hut"',
    ],
    [
      'rows.yaml',
      '# why\n- name: home\n  text: a house # where\n- { name: b, text: c }\n',
      'a house',
      'a hut',
    ],
  ])('in %s', (file, text, before, after) => {
    const value = after.startsWith('"')
      ? parseRows('a.csv', Buffer.from(`a\n${after.replaceAll('\\"', '""')}`)).rows[0]!.values['a']!
      : after;
    expect(writeRow(file, text, 0, 'text', value)).toEqual({ text: text.replace(before, after) });
  });

  test('not in rows that have a mistake', () => {
    expect(writeRow('rows.csv', 'a,b\n1\n1,2\n', 0, 'a', 'x')).toHaveProperty('problem');
    expect(writeRow('rows.csv', 'a,b\n1,2\n', 0, 'c', 'x')).toHaveProperty('problem');
    expect(writeRow('rows.csv', 'a,b\n1,2\n', 3, 'a', 'x')).toHaveProperty('problem');
  });
});

test('whatever is typed into a cell is read back as it was typed, or refused', () => {
  const typed = fc.string({ unit: 'grapheme', minLength: 1 });
  const files = fc.constantFrom(
    ['rows.csv', 'name,text,more\na,b,c\nd, "e ""f""" ,g\n'],
    ['rows.jsonl', '{"name":"a","text":"b","more":"c"}\n{"name":"d","text":"e","more":"g"}\n'],
    ['rows.json', '[{"name":"a","text":"b","more":"c"},{"name":"d","text":"e","more":"g"}]'],
    ['rows.yaml', '- { name: a, text: b, more: c }\n- name: d\n  text: e # why\n  more: g\n'],
  );
  fc.assert(
    fc.property(files, fc.nat(1), typed, ([file = '', text = ''], row, value) => {
      const written = writeRow(file, text, row, 'text', value);
      if ('problem' in written) return;
      const { rows } = parseRows(file, Buffer.from(written.text));
      expect(rows.map(({ values }) => values['text'])[row]).toBe(value);
      expect(rows.map(({ values }) => values['more'])).toEqual(['c', 'g']);
    }),
    { numRuns: isLong ? 10_000 : 500 },
  );
});
