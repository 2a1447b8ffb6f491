import { randomUUID } from 'node:crypto';
import { TintypeError } from '../errors.ts';
import type { Remote } from './remote.ts';

/**
 * Whether a remote creates a name only once when many processes try at the same moment. It is tried, because servers exist that
 * ignore the condition (nginx, fauxqs, s3rver), and one that honours it only while nothing else happens (Apache's mod_dav;
 * both on 2026-11-28). Throws the remote's errors, except `remote-unsupported`, which means no.
 */
export async function holdsConditions(remote: Remote): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    const name = `probes/${randomUUID()}`;
    const values = Array.from({ length: writers }, (_, writer) => Buffer.from(`writer ${writer}`));
    try {
      const results = await Promise.all(values.map((value) => remote.create(name, value)));
      const kept = await remote.get(name, { maxBytes: 64 });
      const winners = values.filter((_, writer) => results[writer]);
      if (winners.length !== 1 || kept === null || !winners[0]!.equals(kept)) return false;
    } catch (error) {
      if (error instanceof TintypeError && error.code === 'remote-unsupported') return false;
      throw error;
    } finally {
      await remote.remove(name).catch(() => {});
    }
  }
  return true;
}

/** Apache lost each of 20 races of 16 writers (2026-11-28). */
const writers = 16;
const rounds = 3;
