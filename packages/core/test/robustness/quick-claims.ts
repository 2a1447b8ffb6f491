/**
 * Loaded into a process of a test before anything else (`node --import`): a holder whose process is not visible counts as
 * dead after less than a second instead of 15 s, and in a remote after one and a half, so that a test need not wait.
 */
// The command line is the build, where both are in one file.
const internal = '../../dist/internal.js';
const { defaultTiming, remoteTiming } = (await import(
  internal
)) as typeof import('../../src/process/claim-file.ts') &
  typeof import('../../src/store/remote-timing.ts');

Object.assign(defaultTiming, {
  beatMs: 50,
  deadAfterMs: 750,
  busyDeadAfterMs: 2250,
  pollMs: 10,
});
Object.assign(remoteTiming, {
  beatMs: 100,
  deadAfterMs: 1500,
  busyDeadAfterMs: 4500,
  pollMs: 30,
});
