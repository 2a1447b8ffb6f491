import type { Usage } from '../types.ts';

/** A picture and what it took, or why the reply holds none. */
export type ImagesReply =
  | { readonly bytes: Uint8Array; readonly usage: Usage | null }
  | { readonly problem: string };

/** Reads the body of a 200 of the Images API. Everything in it is optional but the picture itself. */
export function readImagesReply(body: Uint8Array): ImagesReply {
  return readAround(body) ?? readWhole(body);
}

/**
 * The same without parsing the picture, which is all but a thousandth of the bytes: it is cut out before the rest is
 * parsed. `null` where it cannot be told apart like this.
 */
function readAround(body: Uint8Array): ImagesReply | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const name = bytes.indexOf(pictureName);
  const start = name < 0 ? -1 : bytes.indexOf(quote, name + pictureName.length) + 1;
  const end = start <= 0 ? -1 : bytes.indexOf(quote, start);
  if (end <= start) return null;
  const picture = decodeBase64(bytes.subarray(start, end));
  const rest = parse(Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]));
  // What was cut out is the first picture only if it is the one that is empty now.
  if (picture === null || pictureOf(rest) !== '') return null;
  return { bytes: picture, usage: usageOf(member(rest, 'usage')) };
}

const pictureName = '"b64_json"';
const quote = '"';

function readWhole(body: Uint8Array): ImagesReply {
  const reply = parse(body);
  if (reply === undefined) return { problem: 'not with JSON' };
  const base64 = pictureOf(reply);
  if (typeof base64 !== 'string' || base64 === '') return { problem: 'without a picture' };
  const bytes = decodeBase64(Buffer.from(base64));
  if (bytes === null) return { problem: 'with a picture that is not base64' };
  return { bytes, usage: usageOf(member(reply, 'usage')) };
}

/** `undefined`: it is no JSON. */
function parse(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

function pictureOf(reply: unknown): unknown {
  const data: unknown = member(reply, 'data');
  return member(Array.isArray(data) ? data[0] : undefined, 'b64_json');
}

/**
 * `null` for what is no base64 (RFC 4648, 2006-10). Node's decoder passes over whatever it does not know, so that less
 * comes out than the length promises; a pattern would hold up the process for longer than all else about an answer.
 * Piece by piece, for a string of megabytes is one more thing for the garbage collector.
 */
function decodeBase64(text: Buffer): Buffer | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.at(-2) === equals ? 2 : text.at(-1) === equals ? 1 : 0;
  const bytes = Buffer.allocUnsafeSlow((text.length / 4) * 3 - padding);
  let length = 0;
  for (let at = 0; at < text.length; at += pieceLength) {
    length += bytes.write(text.toString('latin1', at, at + pieceLength), length, 'base64');
  }
  return length === bytes.length ? bytes : null;
}

const equals = 0x3d;
/** Whole groups of four. */
const pieceLength = 64 * 1024;

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
