import { completePixelFields, requestFieldsOf } from './fields.ts';
import { isHash } from './plain-checks.ts';
import type { Request, Sha256 } from './types.ts';

/** The provider of pictures that the user brought (`tintype import`). Nothing can be bought from it. */
export const imported = 'imported';

/** The model of such a picture, whatever made it. */
export const importedModel = 'unknown';

/**
 * The request of an imported picture: its bytes, and nothing else. Its prompt, which a person may write later, and all fields that
 * would make another picture are not in it, because no change of them can.
 */
export function importedRequest(hash: Sha256): Request {
  return {
    provider: imported,
    model: importedModel,
    prompt: '',
    size: 'auto',
    ...requestFieldsOf(completePixelFields({ provider_options: { sha256: hash } })),
  };
}

/** The picture that an image names in its `provider_options`; `null`: none. */
export function importedHash(
  options: Readonly<Record<string, unknown>> | null | undefined,
): Sha256 | null {
  const hash = options?.['sha256'];
  return isHash(hash) ? hash : null;
}
