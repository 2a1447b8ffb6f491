/**
 * Loaded into a process of a test before anything else (`node --import`): a minute of the rate is two seconds, with the usual second
 * for a request to reach the API, and a job whose worker is gone is noticed within seconds.
 */
// The command line is the build.
const module = (name: string) => `../../dist/${name}.js`;
const { databaseDefaults } = (await import(
  module('queue-database')
)) as typeof import('../../src/queue-database.ts');
const { once } = (await import(module('jobs'))) as typeof import('../../src/jobs.ts');

Object.assign(databaseDefaults, { windowMs: 3000 });
Object.assign(once, { lockDuration: 3000, stalledInterval: 1000 });
