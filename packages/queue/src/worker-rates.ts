import type { Rates } from '@tintype/core/internal';
import type { SharedRates } from './ledger.ts';

/** The rates of all workers of a queue, for one of them. `imagesPerMinute`: what its config says; `null`: nothing. */
export function workerRates(shared: SharedRates, imagesPerMinute: number | null): Rates {
  // What an answer says of a limit comes with the next answer again.
  const ignored = (): void => {};
  return {
    admit: (provider, pictures) => shared.admit(provider, pictures, imagesPerMinute),
    learn: (provider, limit) => {
      if (limit !== null) shared.learn(provider, limit.imagesPerMinute).catch(ignored);
    },
    pause: (provider, limit, ms) => {
      if (limit !== null) shared.learn(provider, limit.imagesPerMinute).catch(ignored);
      shared.pause(provider, ms).catch(ignored);
    },
  };
}
