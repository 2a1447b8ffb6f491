import { TintypeError } from '../errors.ts';

/** What sharp threw, as a TintypeError that says what could not be done. */
export function encodeError(what: string, error: unknown): TintypeError {
  const reason = error instanceof Error ? error.message.trim() : String(error);
  return new TintypeError('encode', `${what}: ${reason}`, { cause: error });
}
