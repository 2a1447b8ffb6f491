import { TintypeError } from './errors.ts';
import type { Shard } from './types.ts';

/** The variable that means the same as `--shard`. Only the real environment counts. */
const shardVariable = 'TINTYPE_SHARD';

/**
 * The shard of a run, from the flag or otherwise from the environment; `null`: the run is not split. Throws `usage` for a text
 * that is not a shard.
 */
export function readShard(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Shard | null {
  const variable = env[shardVariable];
  if (flag !== undefined) return parseShard(flag, '--shard');
  return variable === undefined || variable === '' ? null : parseShard(variable, shardVariable);
}

/** `2/5`: the second of five. `source` is named in the error. */
function parseShard(text: string, source: string): Shard {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index >= 1 && index <= count)
    return { index, count };
  throw new TintypeError(
    'usage',
    `${source} must be the number of a shard and how many there are, such as 2/5 for the second of five (at most 9999), not "${text.slice(0, 40)}"`,
  );
}

/** `shard 2/5` */
export function shardName({ index, count }: Shard): string {
  return `shard ${index}/${count}`;
}
