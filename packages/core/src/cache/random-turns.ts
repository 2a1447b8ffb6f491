/**
 * Admits pictures, a few at a time and in random order. Machines that share a cache begin with the same list. If they followed
 * its order, all would encode the same pictures at the same moment.
 */
export interface RandomTurns {
  /** Resolves when it is the picture's turn. */
  readonly enter: (lane: TurnLane) => Promise<void>;
  /** Ends a turn. */
  readonly leave: () => void;
  /** Admits every picture that waits. */
  readonly admitAll: () => void;
}

/** By priority. Pictures that are `waited-for` are admitted in order of arrival, all others in random order. */
const lanes = ['waited-for', 'in-turn', 'later'] as const;

export type TurnLane = (typeof lanes)[number];

/** `slots`: how many pictures have their turn at once. `random`: from 0 to below 1. */
export function randomTurns(slots: number, random: () => number = Math.random): RandomTurns {
  const waiting: Readonly<Record<TurnLane, (() => void)[]>> = {
    'waited-for': [],
    'in-turn': [],
    later: [],
  };
  let free = slots;

  const takeNext = (): (() => void) | undefined => {
    const lane = lanes.find((name) => waiting[name].length > 0);
    if (lane === undefined) return undefined;
    const list = waiting[lane];
    if (lane === 'waited-for') return list.shift();
    const at = Math.floor(random() * list.length);
    const last = list.pop()!;
    if (at === list.length) return last;
    const next = list[at];
    list[at] = last;
    return next;
  };

  const admit = (upTo: () => number) => {
    while (upTo() > 0) {
      const begin = takeNext();
      if (begin === undefined) return;
      free--;
      begin();
    }
  };

  return {
    enter: async (lane) =>
      new Promise((begin) => {
        waiting[lane].push(begin);
        // Waits for the other pictures of this moment, because a run adds most of them at once.
        setImmediate(() => admit(() => free));
      }),
    leave: () => {
      free++;
      admit(() => free);
    },
    admitAll: () => admit(() => 1),
  };
}
