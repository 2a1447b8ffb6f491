/**
 * Gives turns to pictures, a few at a time and at random. Machines that share a cache begin with the same list: in its order,
 * all would encode the same pictures at the same moment.
 */
export interface RandomTurns {
  /** Resolves when it is the turn of a picture. */
  readonly enter: (lane: TurnLane) => Promise<void>;
  /** Ends a turn. */
  readonly leave: () => void;
  /** Gives a turn to every picture that waits. */
  readonly letAllIn: () => void;
}

/** In the order in which they have their turn. Only what is `waited-for` has it in order of arrival. */
const lanes = ['waited-for', 'in-turn', 'later'] as const;

export type TurnLane = (typeof lanes)[number];

/** `places`: turns at once. `random`: from 0 to below 1. */
export function randomTurns(places: number, random: () => number = Math.random): RandomTurns {
  const waiting: Readonly<Record<TurnLane, (() => void)[]>> = {
    'waited-for': [],
    'in-turn': [],
    later: [],
  };
  let free = places;

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

  const letIn = (upTo: () => number) => {
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
        // After all pictures of this moment have come: a run hands in most of them at once.
        setImmediate(() => letIn(() => free));
      }),
    leave: () => {
      free++;
      letIn(() => free);
    },
    letAllIn: () => letIn(() => 1),
  };
}
