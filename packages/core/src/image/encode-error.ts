import { TintypeError } from '../errors.ts';

/** Wraps an error of sharp in a TintypeError that says which work failed. One that is a TintypeError already says more. */
export function encodeError(what: string, error: unknown): TintypeError {
  if (error instanceof TintypeError) return error;
  const reason = error instanceof Error ? error.message.trim() : String(error);
  return new TintypeError('encode', `${what}: ${reason}`, { cause: error });
}
