import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EVENTS, timed } from '../../test/support/events.ts';
import { FakeOutput, FakeShell } from '../../test/support/fake-shell.ts';
import { prettyView } from './pretty.ts';
import type { View } from './reporter.ts';

const hideCursorCode = '\x1b[?25l';
const showCursorCode = '\x1b[?25h';

let shell: FakeShell;
let view: View;

beforeEach(() => {
  vi.useFakeTimers();
  shell = new FakeShell({ env: { NO_COLOR: '1' }, stderr: new FakeOutput({ isTTY: true }) });
  view = prettyView(shell);
});
afterEach(() => {
  view.close();
  vi.useRealTimers();
});

function pass(ms: number): void {
  for (let rest = ms; rest > 0; rest -= 100) {
    shell.time += 100;
    vi.advanceTimersByTime(100);
  }
}

/** What a terminal shows after all writes: enough of one for what the view uses. */
function screen(): string[] {
  const lines: string[] = [];
  let row = 0;
  for (const [, text, up, end] of shell.stderr.text.matchAll(
    // oxlint-disable-next-line no-control-regex
    /([^\x1b\n\r]+)|\x1b\[(\d+)A|(\x1b\[[KJ]|\x1b\[\?25[lh]|\n|\r)/g,
  )) {
    if (text !== undefined) lines[row] = text;
    else if (up !== undefined) row -= Number(up);
    else if (end === '\n') row += 1;
    else if (end === '\x1b[J') lines.length = row;
  }
  return lines.map((line) => line ?? '');
}

test('what is in flight has a row with its seconds, above one bar with count, cost and time left', () => {
  view.report(timed(EVENTS.planned));
  view.report(timed({ ...EVENTS.generating, id: 'cart', key: 'b2' }));
  view.report(timed(EVENTS.generating));
  pass(3000);
  expect(screen()).toEqual(['⠋ cart  3 s', '⠋ hero  3 s', `${'─'.repeat(30)}  0/4  $0`]);

  view.report(timed({ ...EVENTS.generated, ms: 3000 }));
  view.report(timed(EVENTS.delivered));
  pass(1000);
  expect(screen()).toEqual([
    '✓ hero: 6 files, 1.4 MB -> 182 kB, 87% smaller',
    '⠋ cart  4 s',
    `${'━'.repeat(8)}${'─'.repeat(22)}  1/4  $0.0132  3 s left`,
  ]);
});

test('a failure scrolls up with its place', () => {
  view.report(timed(EVENTS.planned));
  view.report(timed(EVENTS.failed));
  pass(100);
  expect(screen()[0]).toBe('✗ site.images.yaml:22  moderation  cart: refused by the safety system');
});

test('a hundred events of one instant are one write', () => {
  view.report(timed(EVENTS.planned));
  for (let i = 0; i < 100; i++) view.report(timed({ ...EVENTS.generating, key: String(i) }));
  pass(100);
  expect(shell.stderr.writes).toHaveLength(1);
});

test('nothing is written while nothing changes', () => {
  view.report(timed(EVENTS.planned));
  pass(5000);
  expect(shell.stderr.writes).toHaveLength(1);
});

test('more in flight than there is room for are counted', () => {
  view.report(timed(EVENTS.planned));
  for (let i = 0; i < 20; i++) view.report(timed({ ...EVENTS.generating, key: String(i) }));
  pass(100);
  expect(screen()).toHaveLength(10);
  expect(screen()[8]).toBe('  and 12 more in flight');

  shell.stderr.rows = 6;
  pass(100);
  expect(screen()).toHaveLength(4);
});

test.each([80, 40, 20, 10])('no line of the frame is wider than %i columns', (columns) => {
  shell.stderr.columns = columns;
  view.report(timed(EVENTS.planned));
  view.report(timed({ ...EVENTS.generating, id: 'a-very-long/name-of-an-image' }));
  view.report(timed({ ...EVENTS.generated, key: 'x' }));
  pass(3000);
  for (const line of screen()) expect(line.length).toBeLessThan(columns);
});

test('a frame that a narrower terminal has wrapped is painted over whole', () => {
  view.report(timed(EVENTS.planned));
  pass(100);
  const width = `${'─'.repeat(30)}  0/4  $0`.length;
  shell.stderr.columns = Math.ceil(width / 3);
  view.report(timed(EVENTS.generating));
  pass(100);
  expect(shell.stderr.writes.at(-1)?.startsWith('\r\x1b[3A')).toBe(true);
});

test('the cursor is hidden with the first frame and shown again at the end, and no frame stays', () => {
  expect(shell.stderr.text).toBe('');
  view.report(timed(EVENTS.planned));
  view.report(timed(EVENTS.delivered));
  pass(100);
  expect(shell.stderr.text).toContain(hideCursorCode);
  view.close();
  expect(shell.stderr.text.endsWith(showCursorCode)).toBe(true);
  expect(screen()).toEqual(['✓ hero: 6 files, 1.4 MB -> 182 kB, 87% smaller']);
  expect(shell.listeners).toBe(0);
});

test('the cursor comes back when the process just ends, with what was not painted yet', () => {
  view.report(timed(EVENTS.planned));
  pass(100);
  view.report(timed(EVENTS.failed));
  shell.end();
  expect(shell.stderr.text.endsWith(showCursorCode)).toBe(true);
  expect(screen()).toEqual([
    '✗ site.images.yaml:22  moderation  cart: refused by the safety system',
  ]);
});

test('a run that never got a plan does not touch the cursor', () => {
  view.report(timed(EVENTS.diagnostic));
  view.close();
  expect(shell.stderr.text).not.toContain(hideCursorCode);
  expect(shell.stderr.text).not.toContain(showCursorCode);
  expect(shell.stderr.text).toContain('site.images.yaml:3:5  unknown-field');
});

test('a closed view paints no more', () => {
  view.report(timed(EVENTS.planned));
  view.close();
  const before = shell.stderr.writes.length;
  pass(1000);
  view.close();
  expect(shell.stderr.writes).toHaveLength(before);
});
