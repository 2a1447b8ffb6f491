/** The real time, plus the time that was added. */
export class MovableClock {
  #addedMs = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#addedMs;
  }

  add(ms: number): void {
    if (!(ms >= 0)) throw new Error(`The clock moves forward only, not by ${ms} ms.`);
    this.#addedMs += ms;
  }
}

/** The API's unit of time. */
export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
