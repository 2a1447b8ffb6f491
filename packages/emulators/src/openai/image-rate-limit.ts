import { ApiError } from './api-error.ts';
import { rateLimited } from './error-faults.ts';

/**
 * The bucket of pictures per minute, which the models of a family share. It drains evenly, and a refused request adds
 * nothing. A request for more pictures than the limit is never accepted.
 */
export class ImageRateLimit {
  readonly #limit: number;
  readonly #minuteMs: number;
  #used = 0;
  #at = performance.now();

  /** @param minuteMs The length of a minute, so that tests need not wait for a real one. */
  constructor(limit: number, minuteMs: number) {
    this.#limit = limit;
    this.#minuteMs = minuteMs;
  }

  /** Throws the API's 429. */
  take(model: string, requested: number): void {
    this.#drain();
    const excess = this.#used + requested - this.#limit;
    if (excess <= 0) {
      this.#used += requested;
      return;
    }
    const waitMs = Math.max(1, Math.ceil((excess * this.#minuteMs) / this.#limit));
    const { status, error, headers } = rateLimited({
      model,
      limit: this.#limit,
      used: Math.ceil(this.#used),
      requested,
      tryAgainIn: duration(waitMs),
      retryAfter: String(Math.ceil(waitMs / 1000)),
      retryAfterMs: waitMs,
    });
    throw new ApiError(status, error, { ...headers, ...this.headers() });
  }

  headers(): Record<string, string> {
    this.#drain();
    const resetMs = Math.ceil((this.#used * this.#minuteMs) / this.#limit);
    return {
      'x-ratelimit-limit-input-images': String(this.#limit),
      'x-ratelimit-remaining-input-images': String(Math.floor(this.#limit - this.#used)),
      'x-ratelimit-reset-input-images': duration(resetMs),
    };
  }

  #drain(): void {
    const now = performance.now();
    const drained = ((now - this.#at) * this.#limit) / this.#minuteMs;
    this.#used = Math.max(0, this.#used - drained);
    this.#at = now;
  }
}

/** `120ms`, `12s`, `58.891s`, `6m0s`. */
function duration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  if (ms < 60_000) return `${ms / 1000}s`;
  return `${Math.floor(ms / 60_000)}m${(ms % 60_000) / 1000}s`;
}
