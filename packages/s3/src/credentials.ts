import { TintypeError } from '@tintype/core';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** When they expire. @default never */
  readonly expiration?: Date | undefined;
}

/** Why there are no credentials, in words that follow the name of the bucket. They contain no secret. */
export class NoCredentials extends Error {}

/**
 * Asks for credentials once, and again before they expire. Throws `remote-denied` if there are none. The error of a user's
 * function is not repeated, because it may contain a secret.
 */
export function rememberCredentials(
  label: string,
  ask: () => Promise<S3Credentials>,
): () => Promise<S3Credentials> {
  let pending: Promise<S3Credentials> | null = null;
  let expiresMs = Number.POSITIVE_INFINITY;
  const askAgain = async (): Promise<S3Credentials> => {
    try {
      const found = await ask();
      checkCredentials(found);
      expiresMs = found.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
      return found;
    } catch (error) {
      pending = null;
      const problem =
        error instanceof NoCredentials ? error.message : 'cannot be used: credentials() failed';
      throw new TintypeError('remote-denied', `${label} ${problem}`);
    }
  };
  return () => {
    if (pending === null || Date.now() > expiresMs - earlyMs) {
      expiresMs = Number.POSITIVE_INFINITY;
      pending = askAgain();
    }
    return pending;
  };
}

/** A request that is signed now may be sent again in a while. */
const earlyMs = 300_000;

/** Credentials become headers. fetch would refuse an invalid header with a message that repeats it. */
function checkCredentials({ accessKeyId, secretAccessKey, sessionToken = '-' }: S3Credentials) {
  const isSound = [accessKeyId, secretAccessKey, sessionToken].every(
    (text) => typeof text === 'string' && /^[!-~]+$/.test(text),
  );
  if (!isSound)
    throw new NoCredentials('cannot be used: its credentials have characters that no key has');
}
