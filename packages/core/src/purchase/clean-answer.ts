import { type Picture, ProviderError } from '../provider/provider.ts';
import { shownText } from '../provider/shown-text.ts';
import { bytesWithoutSecrets, withoutSecrets } from '../secrets.ts';

/**
 * Removes the secrets that a server or its client repeated in an answer, because answers are shown
 * or kept in a committed store. A picture without secrets keeps its bytes.
 */
export function cleanAnswer(
  answer: Picture | ProviderError,
  secrets: readonly string[],
): Picture | ProviderError {
  const requestId = cleanId(answer.requestId, secrets);
  if (!(answer instanceof ProviderError)) {
    const warnings = answer.warnings.map((warning) => withoutSecrets(warning, secrets));
    const bytes = bytesWithoutSecrets(answer.bytes, secrets);
    if (bytes !== answer.bytes)
      warnings.push(
        'the server repeated a key of yours beside the pixels; it is overwritten there',
      );
    return { ...answer, bytes, requestId, warnings };
  }
  const { code, message, reply, retryAfterMs, limit } = answer;
  const { isBilledAnyway, isOpenAiKey, isOver, canBeCollected } = answer;
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

/** One short line, because a header may hold anything. */
function cleanId(requestId: string | null, secrets: readonly string[]): string | null {
  return requestId === null ? null : withoutSecrets(shownText(requestId), secrets).slice(0, 200);
}
