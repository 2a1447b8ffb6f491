import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { NotSentError } from './failures.ts';
import type { Rates } from './rates.ts';
import type { Stop } from './stop.ts';

/** Decides which purchase may proceed: at most `concurrency` at once, and each provider's requests at its rate. */
export interface Queue extends Pick<Rates, 'learn' | 'pause'> {
  /** Waits for a slot, in order of arrival. Throws what `Stop.check` throws. */
  readonly enter: () => Promise<Slot>;
  /**
   * Sends a request when its provider's rate has room for `pictures`, in order of arrival. Settles as the request does. If
   * the run is stopped first, throws what `Stop.check` throws.
   */
  readonly send: <Result>(
    provider: string,
    pictures: number,
    request: (isLate: IsLate) => Promise<Result>,
  ) => Promise<Result>;
}

/**
 * Asked immediately before a request leaves: whether its turn is too old, because what it had to do before took long or the process
 * was suspended. If so, this waits for another turn, and is to be asked again. Throws a NotSentError.
 */
export type IsLate = () => Promise<boolean>;

/** A request leaves within this time of its turn. A shared rate (`@tintype/queue`) allows a second from the turn to the API. */
const turnMs = 500;
/** A store that takes longer each time would keep a request for ever. What the API refuses then is sent again. */
const maxTurns = 5;

/** One of the run's `concurrency` slots for purchases. */
export interface Slot {
  /** Frees the slot while this purchase waits for something that needs no slot. */
  readonly lend: () => void;
  /** If this slot was lent, waits for the next free one. */
  readonly takeBack: () => Promise<void>;
  readonly leave: () => void;
}

/** `sendsOneByOne`: whether a request waits until no other request is open. */
export function openQueue(
  { config, now, sleep }: Clock & { readonly config: Pick<Config, 'concurrency'> },
  rates: Rates,
  stop: Stop,
  sendsOneByOne: () => boolean,
): Queue {
  const slots = openSlots(config.concurrency);
  const turns = new Map<string, Promise<unknown>>();
  let inFlight = 0;
  let requestEnd = Promise.withResolvers<void>();

  return {
    async enter() {
      await slots.take();
      const slot = slotOf(slots);
      try {
        stop.check();
        return slot;
      } catch (error) {
        slot.leave();
        throw error;
      }
    },

    async send(provider, pictures, request) {
      // One at a time, so that requests are sent in the order in which they came.
      const before = turns.get(provider) ?? Promise.resolve();
      const turn = before.then(() => takeTurn(provider, pictures, 'first'));
      turns.set(
        provider,
        turn.catch(() => {}),
      );
      let turnAt = await turn;
      let left = maxTurns - 1;
      try {
        return await request(async () => {
          if (left === 0 || now().getTime() - turnAt <= turnMs) return false;
          left--;
          turnAt = await takeTurn(provider, pictures, 'another').catch((reason: unknown) => {
            throw new NotSentError(reason);
          });
          return true;
        });
      } finally {
        inFlight--;
        requestEnd.resolve();
        requestEnd = Promise.withResolvers();
      }
    },

    learn: rates.learn,
    pause: rates.pause,
  };

  /**
   * Resolves when a request may be sent, with the time at which it counts as sent, in milliseconds. `another`: it is in flight
   * already.
   */
  async function takeTurn(
    provider: string,
    pictures: number,
    which: 'first' | 'another',
  ): Promise<number> {
    for (;;) {
      stop.check();
      if (which === 'first' && sendsOneByOne() && inFlight > 0) {
        await requestEnd.promise;
        continue;
      }
      const askedAt = now().getTime();
      const ms = await rates.admit(provider, pictures);
      if (ms === 0) {
        stop.check();
        if (which === 'first') inFlight++;
        return askedAt;
      }
      await sleep(ms, stop.signal);
    }
  }
}

function slotOf({ take, leave }: Slots): Slot {
  let isHeld = true;
  const lend = (): void => {
    if (isHeld) leave();
    isHeld = false;
  };
  return {
    lend,
    leave: lend,
    async takeBack() {
      if (!isHeld) await take('first');
      isHeld = true;
    },
  };
}

interface Slots {
  readonly take: (turn?: 'first' | 'last') => Promise<void>;
  readonly leave: () => void;
}

function openSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take(turn = 'last') {
      if (free > 0) {
        free--;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        if (turn === 'first') waiting.unshift(resolve);
        else waiting.push(resolve);
      });
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}
