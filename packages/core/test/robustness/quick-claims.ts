/**
 * Loaded into a process of a test before anything else (`node --import`): a holder that cannot be looked at is dead after
 * less than a second, so that a test need not wait for 15 s.
 */
import { defaultTiming } from '../../src/process/claim-file.ts';

Object.assign(defaultTiming, { beatMs: 50, deadAfterMs: 750, busyDeadAfterMs: 2250, pollMs: 10 });
