import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { attemptReason } from '../plan/plan-jobs.ts';
import { isGone, ownProcess } from '../process/process-mark.ts';
import type { Key, OpenAttempt, ProcessMark } from '../types.ts';
import type { Call } from '../workers.ts';

/** The order that a run carries out. Each attempt of the run names it in its note. */
export interface CurrentOrder {
  readonly id: string;
  readonly process: ProcessMark;
  /** The calls that were open when the run began, which are older than the order. */
  readonly earlier: ReadonlyMap<Key, Call>;
}

export async function openOrder(
  { order }: Context,
  open: ReadonlyMap<Key, OpenAttempt>,
): Promise<CurrentOrder> {
  const earlier = new Map(
    [...open].flatMap(([key, { note }]) => (note === null ? [] : [[key, note] as const])),
  );
  return { id: order ?? randomUUID(), process: await ownProcess(), earlier };
}

/** Whether two notes are about the same call. */
export function isSameCall(a: Call | null, b: Call | null): boolean {
  return a !== null && b !== null && a.order === b.order && a.startedAt === b.startedAt;
}

/**
 * Why an order may not repeat a request whose outcome is unknown; `null`: it may. It repeats
 * neither its own attempt nor the attempt of a process that sent its request after the run began,
 * because that process may only be suspended and still receive the answer.
 */
export async function refusalToAskAgain(
  attempt: OpenAttempt,
  order: CurrentOrder,
): Promise<string | null> {
  const { note } = attempt;
  if (note === null) return null;
  if (note.order === order.id) return attemptReason(attempt, order.id);
  const isEarlier = isSameCall(order.earlier.get(attempt.key) ?? null, note);
  const mayBeAtIt = note.outcome === null && note.process !== undefined;
  if (isEarlier || !mayBeAtIt || (await isGone(note.process)) === true) return null;
  return `${attemptReason(attempt, order.id)}; the process that sent it has stopped responding but may only be suspended, and this run began before that request, so it does not request the picture again. A new run does`;
}
