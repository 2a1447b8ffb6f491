import { randomUUID } from 'node:crypto';
import { TintypeError } from '../errors.ts';
import type { Remote } from './remote.ts';

/**
 * Whether a remote creates a name only once when many processes try at the same moment. It is tried, because servers exist that
 * ignore the condition (nginx, fauxqs, s3rver), and one that honours it only while nothing else happens (Apache's mod_dav;
 * all on 2026-11-28). A remote that answers `remote-unsupported` does not. Throws the remote's other errors.
 */
export async function holdsConditions(remote: Remote): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    if (!(await isWonOnce(remote, `probes/${randomUUID()}`))) return false;
  }
  return true;
}

/** Apache lost each of 20 races of 16 writers (2026-11-28). */
const writers = 16;
const rounds = 3;

/** Whether one of many writers wins a name, and its bytes stay. */
async function isWonOnce(remote: Remote, name: string): Promise<boolean> {
  const values = Array.from({ length: writers }, (_, writer) => Buffer.from(`writer ${writer}`));
  try {
    const results = await Promise.allSettled(values.map((value) => remote.create(name, value)));
    // All are settled before one of them throws, or the name would be removed before the last writer creates it.
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const winners = values.filter((_, writer) => {
      const result = results[writer]!;
      return result.status === 'fulfilled' && result.value;
    });
    const kept = await remote.get(name, { maxBytes: 64 });
    return winners.length === 1 && kept !== null && winners[0]!.equals(kept);
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'remote-unsupported') return false;
    throw error;
  } finally {
    await remote.remove(name).catch(() => {});
  }
}
