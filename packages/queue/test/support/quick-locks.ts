/**
 * Loaded into a worker process before anything else (`node --import`): the job of a worker that is gone is noticed after about five
 * seconds, so that a test need not wait for 40. A worker that must keep its jobs on a busy machine does not load it.
 */
import { once } from '../../src/jobs.ts';

Object.assign(once, { lockDuration: 5000, stalledInterval: 1000 });
