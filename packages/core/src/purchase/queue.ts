import type { Context } from '../context.ts';
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
    request: () => Promise<Result>,
  ) => Promise<Result>;
}

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
  { config, sleep }: Context,
  rates: Rates,
  stop: Stop,
  sendsOneByOne: () => boolean,
): Queue {
  const slots = openSlots(config.concurrency);
  const turns = new Map<string, Promise<void>>();
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
      const turn = before.then(() => waitForRate(provider, pictures));
      turns.set(
        provider,
        turn.catch(() => {}),
      );
      await turn;
      try {
        return await request();
      } finally {
        inFlight--;
        requestEnd.resolve();
        requestEnd = Promise.withResolvers();
      }
    },

    learn: rates.learn,
    pause: rates.pause,
  };

  /** Resolves when a request may be sent. It counts as sent from then on. */
  async function waitForRate(provider: string, pictures: number): Promise<void> {
    for (;;) {
      stop.check();
      if (sendsOneByOne() && inFlight > 0) {
        await requestEnd.promise;
        continue;
      }
      const ms = await rates.admit(provider, pictures);
      if (ms === 0) break;
      await sleep(ms, stop.signal);
    }
    stop.check();
    inFlight++;
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
