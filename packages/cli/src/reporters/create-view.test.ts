import { expect, test, vi } from 'vitest';
import { EVENTS, timed } from '../../test/support/events.ts';
import { FakeOutput, FakeShell } from '../../test/support/fake-shell.ts';
import { createView } from './create-view.ts';
import type { ReporterName } from './reporter.ts';

/** `live` where the view waits for its next frame, `lines` where it prints at once. */
function styleOf(name: ReporterName | undefined, shell: FakeShell, quiet = false): string {
  vi.useFakeTimers();
  const view = createView(shell, { name, quiet, root: '/project', results: shell.stdout });
  view.report(timed(EVENTS.failed));
  const isLive = shell.stderr.text + shell.stdout.text === '';
  view.close();
  vi.useRealTimers();
  return isLive ? 'live' : 'lines';
}

const terminal = (env: Record<string, string> = {}): FakeShell =>
  new FakeShell({ env, stderr: new FakeOutput({ isTTY: true }) });

test('a terminal gets the live view, everything else lines', () => {
  expect(styleOf(undefined, terminal())).toBe('live');
  expect(styleOf(undefined, new FakeShell())).toBe('lines');
  expect(styleOf('plain', terminal())).toBe('lines');
});

test('GitHub Actions gets annotations, unless another reporter is named', () => {
  const outputOf = (name: ReporterName | undefined) => {
    const shell = new FakeShell({ env: { GITHUB_ACTIONS: 'true' } });
    styleOf(name, shell);
    return shell.stdout.text;
  };
  expect(outputOf(undefined)).toMatch(/^::error /);
  expect(outputOf('plain')).toBe('');
});

test('pretty needs a cursor that moves, and something to say', () => {
  expect(styleOf('pretty', new FakeShell())).toBe('lines');
  expect(styleOf('pretty', terminal({ TERM: 'dumb' }))).toBe('lines');
  expect(styleOf('pretty', terminal(), true)).toBe('lines');
});

test('colours are for terminals, and never under NO_COLOR', () => {
  const colored = terminal();
  styleOf('plain', colored);
  expect(colored.stderr.text).toContain('\x1b[31m');

  const uncolored = terminal({ NO_COLOR: '1' });
  styleOf('plain', uncolored);
  expect(uncolored.stderr.text).not.toContain('\x1b');
});
