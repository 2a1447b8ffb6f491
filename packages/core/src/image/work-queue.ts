/** Tasks that something is waiting for run before tasks `in-turn`. */
export type Lane = 'waited-for' | 'in-turn';

export interface QueueLimits {
  /** How many tasks run at once. */
  readonly slots: number;
  /** How much all running tasks may weigh together. A task that is heavier runs alone. @default no limit */
  readonly weight?: number;
}

export interface Turn {
  /** @default 'in-turn' */
  readonly lane?: Lane;
  /** @default 0 */
  readonly weight?: number;
}

/** Runs a task as soon as a slot is free, and settles as the task does. */
export type WorkQueue = <Result>(task: () => Promise<Result>, turn?: Turn) => Promise<Result>;

/**
 * A queue with two lanes, each in order of arrival. While a task waits in the first lane, none of the second starts. A running
 * task is never interrupted, and a lighter task never overtakes the next task of its lane.
 */
export function workQueue({
  slots,
  weight: limit = Number.POSITIVE_INFINITY,
}: QueueLimits): WorkQueue {
  const lanes: Readonly<Record<Lane, Waiting[]>> = { 'waited-for': [], 'in-turn': [] };
  let running = 0;
  let load = 0;

  const next = (): Waiting | undefined => lanes['waited-for'][0] ?? lanes['in-turn'][0];
  const fits = ({ weight }: Waiting) =>
    running === 0 || (running < slots && load + weight <= limit);

  const begin = () => {
    for (let waiting = next(); waiting !== undefined && fits(waiting); waiting = next()) {
      lanes[waiting.lane].shift();
      running++;
      load += waiting.weight;
      waiting.begin();
    }
  };

  return async (task, { lane = 'in-turn', weight = 0 } = {}) => {
    await new Promise<void>((resolve) => {
      lanes[lane].push({ lane, weight, begin: resolve });
      begin();
    });
    try {
      return await task();
    } finally {
      running--;
      load -= weight;
      begin();
    }
  };
}

interface Waiting extends Required<Turn> {
  readonly begin: () => void;
}
