import { requestFieldsOf } from '../fields.ts';
import { canonicalJson, sha256 } from '../hash.ts';
import { imported, importedHash, importedRequest } from '../imported-picture.ts';
import type { Job, Key, Request, Sha256 } from '../types.ts';

/** The hashes of a request's input pictures. */
export interface InputHashes {
  readonly images: readonly Sha256[];
  readonly overlay: Sha256 | null;
}

/**
 * The request of one candidate of a job. Optional fields are left out at their default.
 * `providerInputs`: what the provider's configuration adds to the request.
 */
export function requestOf(
  job: Job,
  candidate: number,
  inputs: InputHashes,
  providerInputs: Request['provider_inputs'] | null = null,
): Request {
  const { picture } = job;
  const hash = picture.provider === imported ? importedHash(picture.provider_options) : null;
  if (hash !== null) return importedRequest(hash);
  return {
    provider: picture.provider,
    model: picture.model,
    prompt: picture.prompt,
    size: picture.size,
    ...requestFieldsOf(picture),
    ...(inputs.images.length === 0 ? {} : { input_images: inputs.images }),
    ...overlayField(job, inputs.overlay),
    ...(picture.isVector ? { output_format: 'svg' } : {}),
    ...(picture.isAnimation ? { output_format: 'gif' } : {}),
    ...(picture.take === 1 ? {} : { take: picture.take }),
    ...(candidate === 1 ? {} : { candidate }),
    ...(providerInputs === null ? {} : { provider_inputs: providerInputs }),
  };
}

/** Under the name of its field. */
function overlayField(
  { picture: { overlay } }: Job,
  hash: Sha256 | null,
): Pick<Request, 'mask' | 'markup'> {
  return overlay === null || hash === null ? {} : { [overlay.field]: hash };
}

/** The request's key: the sha-256 of its canonical JSON. */
export function requestKey(request: Request): Key {
  return sha256(canonicalJson(request)) as Key;
}
