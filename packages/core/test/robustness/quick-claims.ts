/**
 * Loaded into a process of a test before anything else (`node --import`): a holder that cannot be looked at is dead after
 * less than a second, so that a test need not wait for 15 s; in a remote, after one and a half.
 */
import { defaultTiming } from '../../src/process/claim-file.ts';
import { remoteTiming } from '../../src/store/remote-claim.ts';

Object.assign(defaultTiming, { beatMs: 50, deadAfterMs: 750, busyDeadAfterMs: 2250, pollMs: 10 });
Object.assign(remoteTiming, { beatMs: 100, deadAfterMs: 1500, busyDeadAfterMs: 4500, pollMs: 30 });
