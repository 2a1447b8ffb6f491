import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { listenForInterrupts } from './interrupts.ts';

/** A process that remembers what it was ended with, and a clock. */
function fakeProcess() {
  const exits: number[] = [];
  const exit = (code: number) => exits.push(code);
  return Object.assign(new EventEmitter(), { exits, exit, timeMs: 0 });
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
  'the first %s drains, the second ends the process with 130',
  (name) => {
    const process = fakeProcess();
    const onFirst = vi.fn();
    const { signal } = listenForInterrupts(process, onFirst, () => process.timeMs);
    expect(signal.aborted).toBe(false);

    process.emit(name);
    expect(signal.aborted).toBe(true);
    expect(process.exits).toEqual([]);

    process.timeMs += 500;
    process.emit(name);
    expect(process.exits).toEqual([130]);
    expect(onFirst).toHaveBeenCalledOnce();
  },
);

test('the echo of one Ctrl-C that npm passes on is not a second one', () => {
  const process = fakeProcess();
  listenForInterrupts(
    process,
    () => {},
    () => process.timeMs,
  );
  process.emit('SIGINT');
  process.timeMs += 5;
  process.emit('SIGINT');
  expect(process.exits).toEqual([]);
});

test('after stop nothing listens any more', () => {
  const process = fakeProcess();
  listenForInterrupts(process, () => {}).stop();
  expect(process.eventNames()).toEqual([]);
});
