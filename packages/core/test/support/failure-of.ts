import { inspect } from 'node:util';

import { expect } from 'vitest';

import { ProviderError } from '../../src/provider/provider.ts';

/** The `ProviderError` that a call ends with. Anything else fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (error instanceof ProviderError) return error;
  throw error;
}

/** Expects no secret in the message, stack, causes, fields and stored reply of an error. */
export function expectSecretFree(error: ProviderError, secrets: readonly string[]): void {
  const shown = [
    error.message,
    error.stack ?? '',
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyNames(error).map((name) => Reflect.get(error, name))),
    inspect(error, { depth: 10, showHidden: true, maxStringLength: null }),
    error.reply === null ? '' : new TextDecoder().decode(error.reply),
  ].join('\n');
  for (const secret of secrets) expect(shown).not.toContain(secret);
}
