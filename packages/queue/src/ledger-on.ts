import type { Ledger } from './ledger.ts';
import { costNano, isEstimate, nanoOf, usdOf } from './money.ts';
import type { Ask } from './operations.ts';

export function ledgerOn(ask: Ask): Ledger {
  return {
    async openRun(run, { maxUsd, spentUsd, released, maxUsdPerDay, day, outsideUsd }) {
      const sums = [nanoOf(maxUsd), nanoOf(spentUsd), nanoOf(maxUsdPerDay)];
      const known = [dayNumber(day), nanoOf(outsideUsd)];
      const amounts = [...released.values()].map(nanoOf);
      const answer = await ask('openRun', run, ...sums, ...known, [...released.keys()], amounts);
      return answer as 'opened' | 'open';
    },
    isOpen: async (run) => (await ask('released', run, '')) !== 'unknown-run',
    async release(run, key, highUsd) {
      if (!isEstimate(highUsd)) return 'over-run';
      const answer = await ask('release', run, key, nanoOf(highUsd));
      return answer as Awaited<ReturnType<Ledger['release']>>;
    },
    async released(run, key) {
      const answer = (await ask('released', run, key)) as string | null;
      return answer === null || answer === 'unknown-run' ? answer : usdOf(Number(answer));
    },
    async settle(run, key, costUsd) {
      await ask('settle', run, key, costNano(costUsd));
    },
    async closeRun(run) {
      await ask('closeRun', run);
    },
    async releasedOn(day) {
      return new Set((await ask('releasedOn', dayNumber(day))) as string[]);
    },
  };
}

/** Days since 1970. */
function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000;
}
