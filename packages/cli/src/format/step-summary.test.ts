import { expect, test } from 'vitest';
import { ALL_EVENTS, EVENTS } from '../../test/support/events.ts';
import { stepSummary } from './step-summary.ts';

test('a run is a table of images and a line of totals', () => {
  expect(
    stepSummary([...ALL_EVENTS, { ...EVENTS.delivered, id: 'icon', originalBytes: null }], null),
  ).toBe(`\
### Tintype

| Image | Result | Files | Size |
| :-- | :-- | --: | :-- |
|  | unknown-field&#58; unknown field &#34;prmpt&#34;; did you mean &#34;prompt&#34;? |  |  |
| cart | failed (moderation)&#58; refused by the safety system |  |  |
| hero | delivered | 6 | 1.4 MB -&#62; 182 kB, 87% smaller |
| icon | stand-in | 6 | 182 kB |

3 pictures delivered, 1 failed, 2 bought for $0.0264, 18 files written, 1 removed

`);
});

test('text of an API is text: no column, no HTML, no link, no new line', () => {
  const message = 'a | b\n| x | <img src=//e> [c](https://e) `d` **e** @f \x1b[31m';
  const row = stepSummary([{ ...EVENTS.failed, message }], null)!.split('\n')[4] ?? '';
  expect(row.match(/\|/g)).toHaveLength(5);
  expect(row).not.toMatch(/[<>`*@]|\]\(|https:\/\//);
  expect(row).not.toContain('\x1b');
});

test('a failure that may have been billed says so', () => {
  expect(stepSummary([{ ...EVENTS.failed, maybeBilled: true }], null)).toContain(
    'refused by the safety system (it may have been billed) |',
  );
});

test('a run that ended early says why', () => {
  expect(stepSummary([], 'the plan costs more than the budget')).toBe(
    '### Tintype\n\nthe plan costs more than the budget\n\n',
  );
});

test('a list of what is missing stays a list', () => {
  const ending = '2 are missing\n  hero  new  $0.01\n  cart  new  $0.02\nTogether $0.03.';
  expect(stepSummary([], ending)).toBe(
    '### Tintype\n\n2 are missing\n\n- hero  new  $0.01\n- cart  new  $0.02\n\nTogether $0.03.\n\n',
  );
});

test.each([
  ['an address without a scheme', 'see www.example.com', 'see www&#46;example.com'],
  ['one in capitals', 'WWW.example.com', 'WWW&#46;example.com'],
  ['a rule', '---', '&#45;--'],
  ['an item', '+ one', '&#43; one'],
  ['a number', '1. one', '1&#46; one'],
])('%s is text', (_, text, escaped) => {
  expect(stepSummary([], text)).toBe(`### Tintype\n\n${escaped}\n\n`);
});

test('a command that makes nothing has nothing to sum up', () => {
  expect(stepSummary([], null)).toBeNull();
});
