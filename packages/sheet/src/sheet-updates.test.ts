import { expect, test } from 'vitest';
import type { Sheet, SheetUpdate } from './sheet.ts';
import { sheetUpdates } from './sheet-updates.ts';

/** A sheet of images that have only an id and an alt text. */
function sheetOf(images: Readonly<Record<string, string>>): Sheet {
  const list = Object.entries(images).map(([id, alt]) => ({ id, alt }));
  return { version: 1, project: 'p', images: list } as unknown as Sheet;
}

test('a page gets the images that have changed since it asked, and the ids of all others, in order', () => {
  const update = sheetUpdates();
  const ask = (sheet: Sheet, since: string | null) =>
    JSON.parse(update(sheet, since)) as SheetUpdate;
  const [one, two] = [
    { id: 'a', alt: '1' },
    { id: 'b', alt: '2' },
  ];
  const first = ask(sheetOf({ a: '1', b: '2' }), null);
  expect(first).toMatchObject({ version: 1, project: 'p', images: [one, two] });
  const second = ask(sheetOf({ b: '2', a: 'other' }), first.revision);
  expect(second.images).toEqual(['b', { id: 'a', alt: 'other' }]);
  // Another page, which was not told of the change.
  expect(ask(sheetOf({ b: '2', a: 'other' }), first.revision).images).toEqual(second.images);
  expect(ask(sheetOf({ b: '2', a: 'other' }), second.revision).images).toEqual(['b', 'a']);
  // An image that was gone in between is sent again.
  const gone = ask(sheetOf({ a: 'other' }), second.revision);
  expect(gone.images).toEqual(['a']);
  expect(ask(sheetOf({ a: 'other', b: '2' }), gone.revision).images).toEqual(['a', two]);
});

test('what no server of this kind has said, or another one, is no revision', () => {
  const [one, other] = [sheetUpdates(), sheetUpdates()];
  const sheet = sheetOf({ a: '1' });
  const { revision } = JSON.parse(one(sheet, null)) as SheetUpdate;
  for (const since of [revision, '', 'x.y', '.9', `${'0'.repeat(36)}.5`])
    expect((JSON.parse(other(sheet, since)) as SheetUpdate).images).toEqual([
      { id: 'a', alt: '1' },
    ]);
});
