import { member, textOf } from '../json.ts';
import { jsonOf } from '../../plain-checks.ts';
import { type InputPicture, ProviderError } from '../provider.ts';
import { policies } from '../retry.ts';
import { type Answer, answerError, isGood } from './failure.ts';
import type { ReplicateHttp } from './http.ts';

interface Uploading {
  readonly http: ReplicateHttp;
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** Uploads a picture to where a model can read it. This is free, because no picture has been ordered yet. */
export async function placePicture(
  picture: InputPicture,
  { http, secrets, signal }: Uploading,
): Promise<string> {
  const { bytes, mediaType, name } = picture;
  if (bytes.length <= maxDataUrlBytes) {
    return `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
  }
  const body = new FormData();
  body.append('content', new Blob([bytes], { type: mediaType }), name);
  let answer: Answer;
  try {
    answer = await http.call('/files', { method: 'POST', body, signal });
  } catch {
    throw new ProviderError('not-connected', `input image ${name} could not be uploaded`);
  }
  if (!isGood(answer)) {
    const error = answerError(answer, secrets);
    throw policies[error.code].billed === 'maybe' ? unbilled(error) : error;
  }
  const url = textOf(member(member(jsonOf(answer.text), 'urls'), 'get'));
  if (url === null) {
    throw new ProviderError('overloaded', `input image ${name} was uploaded, but to no address`);
  }
  return url;
}

/** Replicate's advice, "Files should be passed as HTTP URLs or data URLs", read 2026-11-22. */
const maxDataUrlBytes = 256_000;

function unbilled({ message, retryAfterMs }: ProviderError): ProviderError {
  return new ProviderError('overloaded', message, { retryAfterMs });
}
