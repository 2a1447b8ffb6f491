import type { Rates } from '@tintype/core/internal';
import type { SharedRates } from './ledger.ts';

/**
 * The rates of all workers of a queue, for one of them. `imagesPerMinute`: what its config says; `null`: nothing. `onWait`: called each
 * time that a request is told to wait.
 */
export function workerRates(
  shared: SharedRates,
  imagesPerMinute: number | null,
  onWait: (ms: number) => void = () => {},
): Rates {
  // What an answer says of a limit comes with the next answer again.
  const ignored = (): void => {};
  return {
    admit: async (provider, pictures) => {
      const ms = await shared.admit(provider, pictures, imagesPerMinute);
      if (ms > 0) onWait(ms);
      return ms;
    },
    learn: (provider, limit) => {
      if (limit !== null) shared.learn(provider, limit.imagesPerMinute).catch(ignored);
    },
    pause: (provider, limit, ms) => {
      if (limit !== null) shared.learn(provider, limit.imagesPerMinute).catch(ignored);
      shared.pause(provider, ms).catch(ignored);
    },
  };
}
