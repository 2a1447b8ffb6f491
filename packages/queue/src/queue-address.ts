import { TintypeError } from '@tintype/core';

/** The parts of a queue's URL. */
export interface QueueAddress {
  readonly engine: 'redis' | 'postgres';
  /** The URL for the engine's client, which may contain a password. */
  readonly url: string;
  /** The queue's name, by which several projects can share one database. */
  readonly name: string;
  /** The URL for messages and logs, without user, password and options. */
  readonly shown: string;
}

/**
 * Parses `redis://`, `rediss://`, `postgres://` or `postgresql://`. `?name=shop` is the queue's name, `tintype` by default: 1 to 40 of
 * `a-z`, `0-9` and `-`. For PostgreSQL, options of its client such as `sslmode` may follow. Throws `config`; the message contains
 * no part of the URL that could be a password.
 */
export function queueAddress(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  const engine = url === null ? undefined : engineOf[url.protocol];
  if (url === null || engine === undefined || url.hostname === '') {
    throw mistake('must be redis://, rediss:// or postgres:// with a host');
  }
  const names = url.searchParams.getAll('name');
  const [name = 'tintype'] = names;
  if (names.length > 1 || !/^[a-z0-9-]{1,40}$/.test(name)) {
    throw mistake('may have one name of 1 to 40 lower-case letters, digits and "-"');
  }
  url.searchParams.delete('name');
  if (engine === 'redis' && (url.search !== '' || !/^(?:\/\d{0,4})?$/.test(url.pathname))) {
    throw mistake('may have the number of a database and ?name=, and nothing else, for Redis');
  }
  return { engine, url: url.href, name, shown: `${url.protocol}//${url.host}${url.pathname}` };
}

const engineOf: Readonly<Record<string, QueueAddress['engine']>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
};

function mistake(rule: string): TintypeError {
  return new TintypeError(
    'config',
    `the URL of the queue ${rule}, such as redis://127.0.0.1:6379/0?name=shop`,
  );
}
