import { member, textOf } from '../provider/json.ts';
import { type Picture, ProviderError, type RateLimit } from '../provider/provider.ts';
import { usageSchema } from '../request-shape.ts';
import { checkShape } from '../schema.ts';
import type { Usage } from '../types.ts';

/**
 * A provider's answer, with its bytes whatever stands beside them: a provider may be plain JavaScript that somebody wrote, and what it
 * leaves out or gives in another form must not cost the picture. Without bytes it is a `bad-reply`.
 */
export function readAnswer(answer: unknown): Picture | ProviderError {
  if (answer instanceof ProviderError) return answer;
  const given = (answer ?? {}) as Partial<Record<keyof Picture, unknown>>;
  const bytes = bytesOf(given.bytes);
  const requestId = textOf(given.requestId);
  if (bytes === null) {
    const text = textOf(given.bytes);
    const reply = text === null ? null : Buffer.from(text);
    const message = 'the provider answered, but its "bytes" are not those of a picture';
    return new ProviderError('bad-reply', message, { requestId, reply });
  }
  const usage = checkShape(usageSchema, given.usage ?? null);
  return {
    bytes,
    usage: usage.kind === 'value' ? (usage.value as Usage | null) : null,
    requestId,
    warnings: textsOf(given.warnings),
    limit: limitOf(given.limit),
  };
}

function bytesOf(given: unknown): Uint8Array | null {
  if (given instanceof Uint8Array) return given;
  if (ArrayBuffer.isView(given))
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  return given instanceof ArrayBuffer ? new Uint8Array(given) : null;
}

function textsOf(given: unknown): string[] {
  return Array.isArray(given) ? given.filter((text) => typeof text === 'string') : [];
}

function limitOf(given: unknown): RateLimit | null {
  const imagesPerMinute = member(given, 'imagesPerMinute');
  return typeof imagesPerMinute === 'number' && imagesPerMinute > 0 ? { imagesPerMinute } : null;
}
