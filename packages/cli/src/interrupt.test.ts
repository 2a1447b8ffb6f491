import { expect, test, vi } from 'vitest';
import { FakeShell } from '../test/support/fake-shell.ts';
import { listenForInterrupt } from './interrupt.ts';

test('the first Ctrl-C drains, the second ends the process with 130', () => {
  const shell = new FakeShell();
  const onFirst = vi.fn();
  const { signal } = listenForInterrupt(shell, onFirst);
  expect(signal.aborted).toBe(false);

  shell.interrupt();
  expect(signal.aborted).toBe(true);
  expect(shell.exits).toEqual([]);

  shell.time += 500;
  shell.interrupt();
  expect(shell.exits).toEqual([130]);
  expect(onFirst).toHaveBeenCalledOnce();
});

test('the echo of one Ctrl-C that npm passes on is not a second one', () => {
  const shell = new FakeShell();
  listenForInterrupt(shell, () => {});
  shell.interrupt();
  shell.time += 5;
  shell.interrupt();
  expect(shell.exits).toEqual([]);
});

test('after stop nothing listens any more', () => {
  const shell = new FakeShell();
  listenForInterrupt(shell, () => {}).stop();
  expect(shell.listeners).toBe(0);
});
