import { randomUUID } from 'node:crypto';
import type { SharedRates } from './ledger.ts';
import type { Ask } from './operations.ts';

export function ratesOn(ask: Ask, windowMs: number): SharedRates {
  const caller = randomUUID();
  /** When the state of each provider began, as this process last saw it. */
  const begun = new Map<string, number>();
  return {
    async admit(provider, pictures, configuredPerMinute) {
      const known = begun.get(provider) ?? null;
      const request = [pictures, configuredPerMinute, windowMs, caller, known];
      const [wait, since] = (await ask('admit', provider, ...request)) as [number, number];
      begun.set(provider, since);
      return wait;
    },
    async learn(provider, imagesPerMinute) {
      if (imagesPerMinute === null) return;
      await ask('learn', provider, Math.max(1, Math.floor(imagesPerMinute)));
    },
    async pause(provider, ms) {
      await ask('pause', provider, Math.ceil(ms));
    },
  };
}
