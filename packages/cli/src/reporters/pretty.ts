import { sharedCacheText, type TimedEvent } from '@tintype/core';
import { clean, cleanLine } from '../format/clean.ts';
import { colorsFor, type Colors } from '../format/colors.ts';
import { liveFrame } from '../format/live-frame.ts';
import { followingText, isFollowing, isProblem, problemText } from '../format/problem.ts';
import { displayWidth } from '../format/table.ts';
import { wrap } from '../format/wrap.ts';
import { advance, noProgress } from '../progress.ts';
import type { Shell } from '../shell.ts';
import { deliveredText, partialText } from './plain.ts';
import type { View } from './reporter.ts';

/**
 * A live view on a terminal: finished images scroll up, and the requests in flight and a bar stay below them. Events only
 * change the state. A timer paints it, at most ten times a second and in one write, so that nothing flickers. The cursor is
 * hidden from the first frame on and shown again by `close`, which also runs when the process ends.
 */
export function prettyView(shell: Pick<Shell, 'stderr' | 'env' | 'now' | 'onExit'>): View {
  const { stderr } = shell;
  const colors = colorsFor(stderr, shell.env);
  let progress = noProgress;
  let finishedLines: string[] = [];
  let frame: readonly string[] = [];
  let following = 0;
  let isCursorHidden = false;

  function paint(next: readonly string[]): void {
    if (finishedLines.length === 0 && next.join('\n') === frame.join('\n')) return;
    const up = heightOf(frame, columnsOf(shell));
    const hide = next.length > 0 && !isCursorHidden;
    const lines = [...finishedLines.flatMap((text) => text.split('\n')), ...next];
    stderr.write(
      (hide ? hideCursor : '') +
        // A terminal echoes `^C`, which leaves the cursor in the middle of a line.
        (up > 0 ? `\r\x1b[${up}A` : '\r') +
        lines.map((line) => `${line}${clearLineEnd}\n`).join('') +
        clearBelow,
    );
    isCursorHidden ||= hide;
    finishedLines = [];
    frame = next;
  }

  function tick(): void {
    const rows = stderr.rows || 24;
    const now = shell.now().getTime();
    paint(liveFrame(progress, { columns: columnsOf(shell), rows, now, colors }));
  }

  function start(): NodeJS.Timeout {
    return setInterval(tick, frameMs).unref();
  }
  let timer = start();

  /** Removes the frame and shows the cursor again. */
  function stop(): void {
    clearInterval(timer);
    paint([]);
    if (isCursorHidden) stderr.write(showCursor);
    isCursorHidden = false;
  }

  function close(): void {
    forgetExit();
    stop();
  }
  const forgetExit = shell.onExit(close);

  return {
    report: (event) => {
      progress = advance(progress, event, shell.now().getTime());
      if (isFollowing(event)) following++;
      const line =
        event.type === 'done' && following > 0
          ? wrap(followingText(following), columnsOf(shell))
          : finishedLine(event, colors, columnsOf(shell));
      if (line !== null) finishedLines.push(line);
    },
    notice: (text) => {
      finishedLines.push(colors.yellow(wrap(text, columnsOf(shell))));
    },
    pause: () => {
      stop();
      return () => {
        timer = start();
      };
    },
    close,
  };
}

const frameMs = 100;
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const clearLineEnd = '\x1b[K';
const clearBelow = '\x1b[J';

function finishedLine(event: TimedEvent, colors: Colors, width: number): string | null {
  if (event.type === 'delivered') {
    return event.isChanged ? wrap(`${colors.green('✓')} ${deliveredText(event)}`, width) : null;
  }
  if (event.type === 'partial') return wrap(partialText(event), width);
  if (event.type === 'shared-cache') return wrap(cleanLine(sharedCacheText(event)), width);
  if (isFollowing(event)) return null;
  if (event.type === 'failed') return `${colors.red('✗')} ${problemText(event, colors, width - 2)}`;
  return isProblem(event) ? problemText(event, colors, width) : null;
}

/** Some pseudo-terminals report 0. */
function columnsOf({ stderr }: Pick<Shell, 'stderr'>): number {
  return stderr.columns || 80;
}

/** How many rows the lines take now, because a terminal that became narrower has wrapped them. */
function heightOf(lines: readonly string[], columns: number): number {
  const heights = lines.map((line) => Math.max(1, Math.ceil(displayWidth(clean(line)) / columns)));
  return heights.reduce((sum, height) => sum + height, 0);
}
