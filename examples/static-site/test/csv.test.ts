import { expect, test } from 'vitest';
import { readCsv } from '../csv.ts';

test('a row has the names of the first line, and cells may be quoted or empty', () => {
  expect(readCsv('name,opens,note\nMoonflower,21:30,"White, and ""wide"""\nStock,,\n')).toEqual([
    { name: 'Moonflower', opens: '21:30', note: 'White, and "wide"' },
    { name: 'Stock', opens: '', note: '' },
  ]);
});
