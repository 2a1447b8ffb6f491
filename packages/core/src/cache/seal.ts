import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { readRegularSync } from '../fs/read-regular.ts';

/**
 * The seal of a text in a file of the cache: 64 hex digits that only this user on this machine can make. Tintype seals what it
 * trusts without checking the project again (a plan, the state of outputs), because a clone may contain a cache. `path` is the
 * file's path, so that one file's seal is not valid for another file.
 */
export function sealOf(path: string, text: string | Uint8Array): string {
  secret ??= readSecret(join(homedir(), '.config', 'tintype', 'seal'));
  return createHmac('sha256', secret).update(path).update('\0').update(text).digest('hex');
}

/** Whether a seal is valid for the text in the file. */
export function isSealed(path: string, text: string | Uint8Array, seal: string): boolean {
  const expected = Buffer.from(sealOf(path, text));
  const actual = Buffer.from(seal);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

let secret: string | undefined;

/**
 * The secret in a file of the user, which is made if it does not exist. If it cannot be stored, the secret lasts only for this
 * process.
 */
export function readSecret(path: string): string {
  const fresh = randomBytes(32).toString('hex');
  try {
    mkdirSync(dirname(path), { recursive: true });
    return parseSecret(path) ?? makeSecret(path, fresh) ?? fresh;
  } catch {
    return fresh;
  }
}

function makeSecret(path: string, fresh: string): string | null {
  // The file appears complete, because another process may read it at once.
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(aside, `${fresh}\n`, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(aside, path);
  } catch {
    // Another process has made the file first, or the file system has no links.
  }
  rmSync(aside);
  return parseSecret(path);
}

/** `null`: the file is missing or invalid. */
function parseSecret(path: string): string | null {
  try {
    const text = readRegularSync(path).toString('utf8').trim();
    return /^[0-9a-f]{64}$/.test(text) ? text : null;
  } catch {
    return null;
  }
}
