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
  if (!isBase64(base64)) return { problem: 'with a picture that is not base64' };
  return { bytes: Buffer.from(base64, 'base64'), usage: usageOf(member(reply, 'usage')) };
}

/** RFC 4648 (2006-10); Node's decoder passes over whatever it does not know. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
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
