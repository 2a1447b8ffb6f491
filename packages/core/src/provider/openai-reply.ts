import type { Usage } from '../types.ts';

/** A picture and what it took, or why the reply holds none. */
export type ImagesReply =
  | { readonly bytes: Uint8Array; readonly usage: Usage | null }
  | { readonly problem: string };

/** Reads the body of a 200 of the Images API. Everything in it is optional but the picture itself. */
export function readImagesReply(body: Uint8Array): ImagesReply {
  let reply: unknown;
  try {
    reply = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return { problem: 'not with JSON' };
  }
  const data: unknown = member(reply, 'data');
  const picture: unknown = Array.isArray(data) ? data[0] : undefined;
  const base64 = member(picture, 'b64_json');
  if (typeof base64 !== 'string' || base64 === '') return { problem: 'without a picture' };
  const bytes = decodeBase64(base64);
  if (bytes === null) return { problem: 'with a picture that is not base64' };
  return { bytes, usage: usageOf(member(reply, 'usage')) };
}

/**
 * `null` for what is no base64 (RFC 4648, 2006-10). Node's decoder passes over whatever it does not know, so that less
 * comes out than the length promises; a pattern would hold up the process for longer than all else about an answer.
 */
function decodeBase64(text: string): Buffer | null {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  return text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding ? bytes : null;
}

/** `null` where the server says nothing, or only zeros, as servers do that do not count. */
function usageOf(usage: unknown): Usage | null {
  const input = member(usage, 'input_tokens_details');
  const output = member(usage, 'output_tokens_details');
  const outputTokens = count(member(usage, 'output_tokens'));
  const read: Usage = {
    inputTextTokens: count(member(input, 'text_tokens')),
    inputImageTokens: count(member(input, 'image_tokens')),
    outputImageTokens:
      typeof output === 'object' && output !== null
        ? count(member(output, 'image_tokens'))
        : outputTokens,
    outputTextTokens: count(member(output, 'text_tokens')),
  };
  return read.outputImageTokens === 0 && read.inputTextTokens === 0 ? null : read;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
