import type { RateLimit } from '../provider/provider.ts';
import {
  newRate,
  type Rate,
  rateAfterAnswer,
  rateAfterRefusal,
  rateAfterSending,
  waitMs,
} from './rate-limit.ts';

/** When each provider may get its next request. */
export interface Rates {
  /** Milliseconds to wait before a request for so many pictures is sent; 0: it counts as sent now. */
  readonly admit: (provider: string, pictures: number) => number | Promise<number>;
  /** Applies the limit that an answer of the provider names. */
  readonly learn: (provider: string, limit: RateLimit | null) => void;
  /** Pauses all requests of a provider, because it asked for that. */
  readonly pause: (provider: string, limit: RateLimit | null, ms: number) => void;
}

/** The rates of this process alone. `shards`: how many processes share the account. */
export function ownRates(
  imagesPerMinute: number | null,
  shards: number | undefined,
  now: () => Date,
): Rates {
  const rates = new Map<string, Rate>();
  const rateOf = (provider: string) => rates.get(provider) ?? newRate(imagesPerMinute, shards);
  const time = () => now().getTime();
  return {
    admit: (provider, pictures) => {
      const rate = rateOf(provider);
      const ms = waitMs(rate, pictures, time());
      if (ms === 0) rates.set(provider, rateAfterSending(rate, pictures, time()));
      return ms;
    },
    learn: (provider, limit) => {
      rates.set(provider, rateAfterAnswer(rateOf(provider), limit));
    },
    pause: (provider, limit, ms) => {
      rates.set(provider, rateAfterRefusal(rateOf(provider), limit, ms, time()));
    },
  };
}
