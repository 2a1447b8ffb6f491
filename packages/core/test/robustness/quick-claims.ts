/**
 * Loaded into a process of a test before anything else (`node --import`): a holder whose process is not visible counts as
 * dead after less than a second instead of 15 s, and in a remote after one and a half, so that a test need not wait.
 */
const isSource = process.execArgv.includes('tintype-source');
// The build is a bundle, which has these in one file.
const module = (name: string) => (isSource ? `../../src/${name}.ts` : '../../dist/internal.js');
const claims = (await import(
  module('process/claim-file')
)) as typeof import('../../src/process/claim-file.ts');
const remote = (await import(
  module('store/remote-timing')
)) as typeof import('../../src/store/remote-timing.ts');

Object.assign(claims.defaultTiming, {
  beatMs: 50,
  deadAfterMs: 750,
  busyDeadAfterMs: 2250,
  pollMs: 10,
});
Object.assign(remote.remoteTiming, {
  beatMs: 100,
  deadAfterMs: 1500,
  busyDeadAfterMs: 4500,
  pollMs: 30,
});
