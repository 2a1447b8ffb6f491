/**
 * Loaded into a process of a test before anything else (`node --import`): its wall clock is `CLOCK_MOVED_MS` milliseconds ahead of the
 * real one, or behind it. Timers are real.
 */
const movedMs = Number(process.env['CLOCK_MOVED_MS'] ?? 0);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...args: readonly unknown[]) {
    super(...((args.length === 0 ? [RealDate.now() + movedMs] : args) as [number]));
  }
  static override now(): number {
    return RealDate.now() + movedMs;
  }
} as DateConstructor;
