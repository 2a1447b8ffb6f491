import { type Picture, ProviderError } from '../provider/provider.ts';
import { shownText } from '../provider/shown-text.ts';
import { bytesWithoutSecrets, withoutSecrets } from '../secrets.ts';
import { readAnswer } from './read-answer.ts';

/**
 * Removes the secrets that a server or its client repeated in an answer, because answers are shown
 * or kept in a committed store. A picture without secrets keeps its bytes.
 */
export function cleanAnswer(
  answer: Picture | ProviderError,
  secrets: readonly string[],
): Picture | ProviderError {
  const read = readAnswer(answer);
  if (!(read instanceof ProviderError)) return cleanPicture(read, secrets);
  const requestId = cleanId(read.requestId, secrets);
  const { code, message, reply, retryAfterMs, limit } = read;
  const { isBilledAnyway, isOpenAiKey, isOver, canBeCollected } = read;
  return new ProviderError(code, withoutSecrets(message, secrets), {
    requestId,
    reply: reply && bytesWithoutSecrets(reply, secrets),
    retryAfterMs,
    limit,
    isBilledAnyway,
    isOpenAiKey,
    isOver,
    canBeCollected,
  });
}

function cleanPicture(picture: Picture, secrets: readonly string[]): Picture {
  const warnings = picture.warnings.map((warning) => withoutSecrets(warning, secrets));
  const bytes = bytesWithoutSecrets(picture.bytes, secrets);
  if (bytes !== picture.bytes)
    warnings.push('the server repeated a key of yours beside the pixels; it is overwritten there');
  return { ...picture, bytes, requestId: cleanId(picture.requestId, secrets), warnings };
}

/** One short line, because a header may hold anything. */
function cleanId(requestId: string | null, secrets: readonly string[]): string | null {
  return requestId === null ? null : withoutSecrets(shownText(requestId), secrets).slice(0, 200);
}
