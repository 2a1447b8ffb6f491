import type { ContentCredentials } from '@tintype/core';

/** The content credentials of an original in one line; `null`: it has none. */
export function credentialsText(credentials: ContentCredentials | undefined): string | null {
  if (credentials === undefined) return null;
  const { claimGenerator, signer, digitalSourceType, problem } = credentials;
  if (problem !== undefined) return `not readable: the manifest store ${problem}`;
  return [
    claimGenerator ?? 'by an unnamed program',
    digitalSourceType?.split('/').at(-1) ?? 'of no stated source',
    `signed by ${signer ?? 'nobody who can be read'}`,
    stateOf(credentials),
  ].join(', ');
}

function stateOf({ signature, picture }: ContentCredentials): string {
  if (signature === 'invalid') return 'changed since';
  if (picture === 'invalid') return 'for other bytes than these';
  return signature === 'valid' && picture === 'valid' ? 'intact' : 'not checked';
}
