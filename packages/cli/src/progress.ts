import type { Event } from '@tintype/core';
import { nameOf } from './format/name-of.ts';

/** The progress of a run, computed from its events. Times are milliseconds of one clock. */
export interface Progress {
  /** `null` until the plan is known. */
  readonly startedAt: number | null;
  /** Images to deliver. */
  readonly total: number;
  /** Images delivered or failed. */
  readonly finished: number;
  /** Pictures that are not stored yet. */
  readonly toMake: number;
  readonly made: number;
  /** The total time of the pictures that were made. */
  readonly makingMs: number;
  /** The most that were in flight at once. */
  readonly lanes: number;
  readonly costUsd: number;
  /** Whether some cost is unknown. */
  readonly isCostOpen: boolean;
  /** By key: two candidates of one image share its id. */
  readonly inFlight: ReadonlyMap<string, Flight>;
}

interface Flight {
  /** `hero`, or `hero 2 of 4`. */
  readonly name: string;
  readonly since: number;
  /** Another process is buying it, and this one waits. */
  readonly isElsewhere: boolean;
}

export const noProgress: Progress = {
  startedAt: null,
  total: 0,
  finished: 0,
  toMake: 0,
  made: 0,
  makingMs: 0,
  lanes: 0,
  costUsd: 0,
  isCostOpen: false,
  inFlight: new Map(),
};

/** The progress after an event that happened at `now`. */
export function advance(progress: Progress, event: Event, now: number): Progress {
  switch (event.type) {
    case 'planned':
      return {
        ...progress,
        startedAt: now,
        total: event.deliveries,
        toMake: event.toBuy,
      };
    case 'generating': {
      const inFlight = new Map(progress.inFlight).set(event.key, {
        name: nameOf(event),
        since: now,
        isElsewhere: false,
      });
      return { ...progress, inFlight, lanes: Math.max(progress.lanes, inFlight.size) };
    }
    case 'waiting': {
      const { key, ms } = event;
      const flight = { name: nameOf(event), since: now - ms, isElsewhere: true };
      return { ...progress, inFlight: new Map(progress.inFlight).set(key, flight) };
    }
    case 'waited':
      return { ...progress, inFlight: without(progress.inFlight, event.key) };
    case 'generated':
      return {
        ...progress,
        inFlight: without(progress.inFlight, event.key),
        made: progress.made + 1,
        makingMs: progress.makingMs + event.ms,
        costUsd: progress.costUsd + (event.costUsd ?? 0),
        isCostOpen: progress.isCostOpen || event.costUsd === null,
      };
    case 'failed':
      return {
        ...progress,
        inFlight: without(progress.inFlight, event.key),
        finished: progress.finished + 1,
        toMake: Math.max(progress.made, progress.toMake - 1),
        isCostOpen: progress.isCostOpen || event.maybeBilled,
      };
    case 'pending':
    case 'delivered':
      return { ...progress, finished: progress.finished + 1 };
    default:
      return progress;
  }
}

/** The estimated milliseconds until the end; `null` before the first picture is finished. */
export function timeLeft(progress: Progress, now: number): number | null {
  const toMake = progress.toMake - progress.made;
  if (toMake > 0) {
    if (progress.made === 0) return null;
    return ((progress.makingMs / progress.made) * toMake) / progress.lanes;
  }
  if (progress.startedAt === null || progress.finished === 0) return null;
  return ((now - progress.startedAt) / progress.finished) * (progress.total - progress.finished);
}

function without<V>(map: ReadonlyMap<string, V>, key: string | null): ReadonlyMap<string, V> {
  return new Map([...map].filter(([other]) => other !== key));
}
