import { startRedis } from './redis-server.ts';

/** Starts Redis for the tests of purchases that run through a queue: see `testProject`. */
export default async function setup(): Promise<() => Promise<void>> {
  const redis = await startRedis();
  process.env['TINTYPE_TEST_QUEUE'] = redis.url;
  return () => redis.stop();
}
