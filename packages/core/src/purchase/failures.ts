import { TintypeError } from '../errors.ts';
import { ProviderError } from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import type { Attempt, StoreRecord } from '../types.ts';

/** The picture was paid for, or may have been, and cannot be used. */
export class PaidForError extends TintypeError {}

/** The picture was not requested, because another image failed for a reason that all images share. */
export class NotRequestedError extends TintypeError {}

/**
 * The picture is ordered in a batch, as its image asks, or it waits for one that is. This is no failure: a later run collects it.
 */
export class PendingError extends TintypeError {
  /** ISO 8601, UTC; `null`: not known. */
  readonly dueAt: string | null;

  constructor(message: string, dueAt: string | null) {
    super('ordered', message);
    this.dueAt = dueAt;
  }
}

/** Nothing was sent, because another process took the key over or bought the picture while this one waited or was suspended. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  /** The attempt that was already noted, whose request was not sent; `null`: none was noted. */
  readonly unsent: Attempt | null;

  constructor(unsent: Attempt | null) {
    super('the claim on the key was lost before the request was sent');
    this.unsent = unsent;
  }
}

/** A request whose attempt was noted was not sent, because it needed another turn and got none. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
  /** Why it got no other turn. */
  readonly reason: unknown;

  constructor(reason: unknown) {
    super('the run stopped before the request was sent');
    this.reason = reason;
  }
}

/** Whether the user may have been billed for the picture that failed with this error. */
export function isMaybeBilled(error: unknown): boolean {
  if (error instanceof TintypeError && error.code === 'maybe-billed') return true;
  if (!(error instanceof ProviderError)) return error instanceof PaidForError;
  return error.isBilledAnyway || policies[error.code].billed !== 'no';
}

/** The error of an image whose picture was paid for and cannot be used. It is bought again only if the user asks for that. */
export function rejectedError({ original, rejected }: StoreRecord): TintypeError {
  const isPicture = original.width > 0;
  const ways = isPicture
    ? 'a configuration that accepts it uses it at no cost, and take: 2 buys another'
    : 'take: 2 asks for another';
  return new PaidForError(
    'original-rejected',
    `what the API sent cannot be used: ${rejected}; it is kept aside as rejected/${original.sha256.slice(0, 12)}…; ${ways}`,
  );
}

export function interrupted(): TintypeError {
  return new TintypeError('interrupted', 'not requested: the run was interrupted');
}
