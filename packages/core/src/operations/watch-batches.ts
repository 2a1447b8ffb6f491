import { type Context, report } from '../context.ts';
import type { TintypeError } from '../errors.ts';
import { ProviderError } from '../provider/provider.ts';
import { delayMs, mayPass } from '../provider/retry.ts';
import { type BatchState, collectProject } from './batch-project.ts';

/**
 * Collects each minute until no batch is worked on. If a batch cannot be asked about for a reason that may pass, looks again, first
 * after seconds. Resolves to what the last look found, also when the signal is aborted. Throws as `collectProject`.
 */
export async function watchBatches(context: Context): Promise<readonly BatchState[]> {
  for (let failures = 0; ;) {
    const states = await collectProject(context);
    const passing = states.flatMap(({ error }) => (error !== null && passes(error) ? [error] : []));
    const isOver = passing.length === 0 && !states.some(({ state }) => state === 'working');
    if (isOver || context.signal.aborted) return states;
    failures = passing.length === 0 ? 0 : failures + 1;
    const pauseMs = failures === 0 ? minuteMs : pauseAfter(failures, passing);
    if (failures > 0) {
      const message = `a batch could not be asked about; looking again in ${Math.ceil(pauseMs / 1000)} s`;
      report(context, { type: 'warning', code: 'batch', message });
    }
    await context.sleep(pauseMs, context.signal);
    if (context.signal.aborted) return states;
  }
}

const minuteMs = 60_000;

/** A look may have read gigabytes before it failed, so only the first ones are repeated sooner than usual. */
const soonTimes = 5;

function passes(error: TintypeError): boolean {
  return error instanceof ProviderError ? mayPass(error.code) : error.code === 'remote-unavailable';
}

function pauseAfter(failures: number, errors: readonly TintypeError[]): number {
  const asked = errors.map((error) => (error instanceof ProviderError ? error.retryAfterMs : null));
  const retryAfterMs = asked.reduce(
    (most, ms) => (ms === null ? most : Math.max(most ?? 0, ms)),
    null,
  );
  const pauseMs = delayMs(failures, retryAfterMs, Math.random());
  return failures > soonTimes ? Math.max(minuteMs, pauseMs) : pauseMs;
}
