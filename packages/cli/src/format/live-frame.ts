import { money } from '@tintype/core';
import { duration } from './amounts.ts';
import type { Colors } from './colors.ts';
import { truncate } from './table.ts';
import { timeLeft, type Progress } from '../progress.ts';

/**
 * The lines that a live view keeps in place: the requests in flight, and a bar below them. There are none before the plan is
 * known.
 */
export function liveFrame(
  progress: Progress,
  options: {
    readonly columns: number;
    readonly rows: number;
    readonly now: number;
    readonly colors: Colors;
  },
): string[] {
  if (progress.startedAt === null) return [];
  const { columns, rows, now, colors } = options;
  const flights = [...progress.inFlight.values()];
  const shown = flights.slice(0, Math.max(1, Math.min(maxFlights, rows - 4)));
  const lines = shown.map(({ name, since, isElsewhere }) => {
    const elapsed = `${isElsewhere ? 'another process ' : ''}${duration(now - since)}`;
    const spinner = spinnerFrames[Math.floor((now - since) / spinMs) % spinnerFrames.length] ?? '';
    // Keep the end of a name, because it has the candidate's number.
    const shownName = truncate(name, Math.max(1, columns - elapsed.length - 6), 'start');
    return `${colors.cyan(spinner)} ${shownName}  ${colors.dim(elapsed)}`;
  });
  const hidden = flights.length - shown.length;
  if (hidden > 0) lines.push(colors.dim(truncate(`  and ${hidden} more in flight`, columns - 1)));
  return [...lines, statusLine(progress, options)];
}

const maxFlights = 8;
const maxBar = 30;
const spinMs = 100;
const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

function statusLine(
  progress: Progress,
  {
    columns,
    now,
    colors,
  }: { readonly columns: number; readonly now: number; readonly colors: Colors },
): string {
  const { total, finished } = progress;
  const left = timeLeft(progress, now);
  const text = [
    `${finished}/${total}`,
    `${money(progress.costUsd)}${progress.isCostOpen ? '+?' : ''}`,
    left === null ? '' : `${duration(left)} left`,
  ]
    .filter((part) => part !== '')
    .join('  ');
  const width = Math.min(maxBar, columns - text.length - 3);
  if (width < 5) return truncate(text, columns - 1);
  const filled = total === 0 ? width : Math.min(width, Math.round((finished / total) * width));
  return `${colors.green('━'.repeat(filled))}${colors.dim('─'.repeat(width - filled))}  ${text}`;
}
