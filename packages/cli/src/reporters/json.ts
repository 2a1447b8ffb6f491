import type { Event } from '@tintype/core';
import { safeJson } from '../format/clean.ts';
import type { Output } from '../shell.ts';
import type { View } from './reporter.ts';

/** Prints one event per line on `results`, and everything else on `notices`. */
export function jsonView(results: Output, notices: Output): View {
  return {
    report: (event) => {
      if (!publicEvents[event.type]) return;
      const shown = Object.entries(event).filter(([name]) => !viewMembers.has(name));
      results.write(`${safeJson(Object.fromEntries(shown))}\n`);
    },
    notice: (text) => notices.write(`${text}\n`),
    close: () => {},
  };
}

/** The members of events that are for views only. */
export const viewMembers: ReadonlySet<string> = new Set([
  'candidates',
  'deliveries',
  'toBuy',
  'isError',
  'isFollowing',
]);

/** The events that other tools may rely on. */
export const publicEvents: Readonly<Record<Event['type'], boolean>> = {
  diagnostic: true,
  warning: true,
  planned: true,
  generating: true,
  waiting: false,
  waited: false,
  partial: true,
  generated: true,
  failed: true,
  pending: true,
  delivered: false,
  written: true,
  removed: true,
  'shared-cache': true,
  done: true,
};
