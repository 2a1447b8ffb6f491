import type { Context } from '../context.ts';
import type { Rates } from './rates.ts';
import type { Stop } from './stop.ts';

/** Which purchase may proceed now: at most `concurrency` at once, and each provider's requests at its rate. */
export interface Queue extends Pick<Rates, 'learn' | 'pause'> {
  /** Waits for a place, in order of arrival. Throws what `Stop.check` throws. */
  readonly enter: () => Promise<Place>;
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

/** One of the run's places for purchases. */
export interface Place {
  /** Frees the place while this purchase waits for something that needs none. */
  readonly lend: () => void;
  /** If this place was lent, waits for the next free one. */
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
  const places = openPlaces(config.concurrency);
  const turns = new Map<string, Promise<void>>();
  let onTheWire = 0;
  let landing = Promise.withResolvers<void>();

  return {
    async enter() {
      await places.take();
      const place = placeOf(places);
      try {
        stop.check();
        return place;
      } catch (error) {
        place.leave();
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
        onTheWire--;
        landing.resolve();
        landing = Promise.withResolvers();
      }
    },

    learn: rates.learn,
    pause: rates.pause,
  };

  /** Resolves when a request may be sent. It counts as sent from then on. */
  async function waitForRate(provider: string, pictures: number): Promise<void> {
    for (;;) {
      stop.check();
      if (sendsOneByOne() && onTheWire > 0) {
        await landing.promise;
        continue;
      }
      const ms = await rates.admit(provider, pictures);
      if (ms === 0) break;
      await sleep(ms, stop.signal);
    }
    stop.check();
    onTheWire++;
  }
}

function placeOf({ take, leave }: Places): Place {
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

interface Places {
  readonly take: (turn?: 'first' | 'last') => Promise<void>;
  readonly leave: () => void;
}

function openPlaces(count: number): Places {
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
