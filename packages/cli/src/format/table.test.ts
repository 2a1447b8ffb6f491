import { expect, test } from 'vitest';
import { displayWidth, table, truncate } from './table.ts';

const tableColumns = [
  { title: 'ID' },
  { title: 'COST', align: 'right' },
  { title: 'WHERE', cut: 'start' },
] as const;

test('columns are as wide as their widest value', () => {
  expect(
    table(tableColumns, [
      ['hero', '$0.0132', 'a.yaml:3'],
      ['灯台', '$12.00', 'b.yaml:12'],
    ]),
  ).toEqual(['ID       COST  WHERE', 'hero  $0.0132  a.yaml:3', '灯台   $12.00  b.yaml:12']);
});

test('a table fits the width that it is given, cutting the widest column first', () => {
  const lines = table(
    tableColumns,
    [['hero', '$0.0132', 'a/very/long/folder/site.images.yaml:3']],
    30,
  );
  expect(lines[1]).toBe('hero  $0.0132  ….images.yaml:3');
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(30);
});

test('a terminal that is too narrow for any table still gets one', () => {
  expect(table(tableColumns, [['hero-at-night', '$0.0132', 'site.images.yaml:3']], 3)[1]).toBe(
    'hero-…  $0.01…  …aml:3',
  );
});

test.each([
  ['abc', 3],
  ['', 0],
  ['$0.01–$0.02', 11],
  ['灯台', 4],
  ['👩‍🎨!', 3],
  ['e\u0301', 1],
])('%s is %i columns wide', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('truncate never splits a character and never exceeds the width', () => {
  expect(truncate('灯台守', 5)).toBe('灯台…');
  expect(truncate('灯台守', 4)).toBe('灯…');
  expect(truncate('hero', 4)).toBe('hero');
});
