/** Who goes first: what somebody waits for, or what comes in its turn. */
export type Lane = 'waited-for' | 'in-turn';

export interface Limits {
  /** Tasks at once. */
  readonly places: number;
  /**
   * What the tasks at once may weigh together. One that is heavier by itself runs alone.
   * @default no limit
   */
  readonly weight?: number;
}

export interface Turn {
  /** @default 'in-turn' */
  readonly lane?: Lane;
  /** @default 0 */
  readonly weight?: number;
}

/** Runs a task when there is a place for it, and settles as it does. */
export type WorkQueue = <Result>(task: () => Promise<Result>, turn?: Turn) => Promise<Result>;

/**
 * A queue of two lanes, each in order of arrival: while something in the first waits, nothing of the second begins. What
 * has begun is never interrupted, and the one whose turn it is is never passed by lighter ones.
 */
export function workQueue({ places, weight: limit = Number.POSITIVE_INFINITY }: Limits): WorkQueue {
  const lanes: Readonly<Record<Lane, Waiting[]>> = { 'waited-for': [], 'in-turn': [] };
  let running = 0;
  let load = 0;

  const next = (): Waiting | undefined => lanes['waited-for'][0] ?? lanes['in-turn'][0];
  const fits = ({ weight }: Waiting) =>
    running === 0 || (running < places && load + weight <= limit);

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
