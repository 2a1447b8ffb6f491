/**
 * A place for bytes that several machines share: a bucket, a folder of a web server, a folder of another disk. Stores keep
 * originals in it, and caches keep encoded files.
 *
 * It is not trusted: Tintype compares what it returns with a hash, and tests its conditions before money depends on them.
 * It retries what is safe to repeat. Each operation has its own time limit besides its signal: half a minute, and more for
 * many bytes.
 *
 * Operations throw a TintypeError: `remote-unavailable` (no connection, a time limit, 5xx, 429: it may work later),
 * `remote-denied` (401, 403), `remote-unsupported` (the server cannot do this), `remote-damaged` (the answer makes no
 * sense, or is larger than it may be). Their messages begin with `label` and contain no credentials. An aborted signal
 * rejects with its reason.
 *
 * Names are paths of lower-case letters, digits, `.`, `-`, `_` and `/`, such as `originals/ab/<sha256>.png`. No part of one
 * begins with a dot, which leaves those names to unfinished files. Any other name is a bug and throws an Error
 * (`assertName`). Listings leave out what a server has under other names.
 */
export interface Remote {
  /** What messages call it, such as `s3://team/site`. Contains no credentials. */
  readonly label: string;
  /** The bytes under a name; `null`: nothing has the name. An answer of more than `maxBytes` is not read to its end. */
  readonly get: (name: string, limits: GetLimits) => Promise<Uint8Array | null>;
  /** How many bytes a name has, without reading them; `null`: nothing has the name. */
  readonly size: (name: string, limits?: Limits) => Promise<number | null>;
  /** Writes bytes under a name, all of them or none. Replaces an existing file. */
  readonly put: (name: string, bytes: Uint8Array, limits?: Limits) => Promise<void>;
  /**
   * Writes bytes under a new name. `false`: the name exists, and was not changed. Never repeats a request whose answer was
   * lost: that throws `remote-unavailable`, and the bytes may be there. Only `holdsConditions` shows whether the server
   * also keeps this promise when several processes race.
   */
  readonly create: (name: string, bytes: Uint8Array, limits?: Limits) => Promise<boolean>;
  /** Every name that begins with a prefix, in any order. */
  readonly list: (prefix: string, limits?: Limits) => AsyncIterable<RemoteFile>;
  /** Removes a name. Does nothing if it does not exist. */
  readonly remove: (name: string, limits?: Limits) => Promise<void>;
}

export interface Limits {
  readonly signal?: AbortSignal;
}

export interface GetLimits extends Limits {
  readonly maxBytes: number;
}

export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** Throws for a name that could lead out of a remote, or mean another one on some server. */
export function assertName(name: string): void {
  if (!isName(name))
    throw new Error('a name in a remote must be a path of lower-case letters and digits');
}

/** Whether a remote may have a name. */
export function isName(name: string): boolean {
  return name.length <= 512 && /^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)*$/.test(name);
}

/** Whether a value of a config has the shape of a remote. */
export function isRemote(value: unknown): value is Remote {
  const operations = ['get', 'size', 'put', 'create', 'list', 'remove'];
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'label') === 'string' &&
    operations.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
