export interface RemoteClaimTiming {
  /** How often a holder shows that it is alive. */
  readonly beatMs: number;
  /** A holder that is silent for so long counts as dead. */
  readonly deadAfterMs: number;
  /** The same for a holder that may have sent its request. */
  readonly busyDeadAfterMs: number;
  readonly pollMs: number;
}

/** A bucket answers in tens of milliseconds, and each beat of each purchase is a request that costs money. */
export const remoteTiming: RemoteClaimTiming = {
  beatMs: 5000,
  deadAfterMs: 30_000,
  busyDeadAfterMs: 90_000,
  pollMs: 1000,
};
