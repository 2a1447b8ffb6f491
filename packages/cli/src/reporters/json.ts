import type { Event } from '@tintype/core';
import { safeJson } from '../format/clean.ts';
import type { Output } from '../shell.ts';
import type { View } from './reporter.ts';

/** Prints one event per line on `results`, and everything else on `notices`. */
export function jsonView(results: Output, notices: Output): View {
  return {
    report: (event) => {
      if (!isPublic[event.type]) return;
      results.write(
        `${safeJson({ ...event, candidates: undefined, deliveries: undefined, toBuy: undefined, isError: undefined, isFollowing: undefined })}\n`,
      );
    },
    notice: (text) => notices.write(`${text}\n`),
    close: () => {},
  };
}

/** The events that other tools may rely on. */
const isPublic: Readonly<Record<Event['type'], boolean>> = {
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
