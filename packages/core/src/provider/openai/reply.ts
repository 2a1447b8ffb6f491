import { giveBack } from '../../give-back.ts';
import type { Usage } from '../../types.ts';
import { Base64Pieces } from './base64-pieces.ts';

/** A picture and what it took, where it is to be fetched from, or why the reply holds none; all of it but for pictures. */
export type ImagesReply =
  | PaidPicture
  | (PictureElsewhere & { readonly reply: Uint8Array })
  | (NoPicture & { readonly reply: Uint8Array });

interface PaidPicture {
  readonly bytes: Uint8Array;
  readonly usage: Usage | null;
}

interface PictureElsewhere {
  readonly url: string;
  readonly usage: Usage | null;
}

interface NoPicture {
  readonly problem: string;
}

/**
 * Reads the body of a 200 of the Images API as it comes in; its pieces are given back. Everything in it is optional but
 * the picture itself. `length`: how many bytes of it there will be, as far as anybody knows. Rejects where the connection
 * breaks, or the time is up, before the picture is whole: what is whole by then needs no orderly end, because it was paid for.
 */
export async function readImagesReply(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  length = 0,
): Promise<ImagesReply> {
  const cutOut = new CutOut(length);
  let broken: { readonly error: unknown } | null = null;
  try {
    if (!(await takeIn(body, cutOut))) {
      const reply = cutOut.whole().subarray(0, maxKeptOfEndless);
      return { problem: `with more than ${maxReplyBytes / 1_000_000} MB`, reply };
    }
  } catch (error) {
    broken = { error };
  }
  const picture = cutOut.end();
  if (picture !== null) return picture;
  const reply = cutOut.whole();
  const read = readWhole(reply);
  if ('bytes' in read) return read;
  if (broken !== null && 'problem' in read) throw broken.error;
  return { ...read, reply };
}

/** `false`: it is longer than any reply, and the rest of it is left. */
async function takeIn(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  cutOut: CutOut,
): Promise<boolean> {
  let total = 0;
  for await (const { buffer, byteOffset, byteLength } of body) {
    total += byteLength;
    if (total > maxReplyBytes) return false;
    cutOut.push(Buffer.from(buffer, byteOffset, byteLength));
  }
  return true;
}

/**
 * A reply of more bytes, once unpacked, holds no picture: the largest that the API makes, 3840 x 2160 pixels with alpha,
 * are 33 MB before any compression, and 44 MB as base64 (2026-11-28).
 */
const maxReplyBytes = 128_000_000;

/** Of a reply without an end: enough to see what it is. */
const maxKeptOfEndless = 1_000_000;

/**
 * The first picture of a reply without parsing it, which is all but a thousandth of the bytes: it is cut out before the
 * rest is parsed.
 */
class CutOut {
  /** Up to the picture. */
  #before: Buffer = Buffer.alloc(0);
  #picture: Base64Pieces | null = null;
  /** From the picture's end on, or from where it is no picture. */
  readonly #after: Buffer[] = [];
  readonly #capacity: number;

  constructor(length: number) {
    this.#capacity = Math.min(Math.ceil((length / 4) * 3), maxCapacity);
  }

  push(piece: Buffer): void {
    if (this.#after.length > 0) this.#after.push(piece);
    else if (this.#picture !== null) this.#pushPicture(this.#picture, piece);
    // Far into a reply it is no longer looked for, lest each piece be joined to all that were before it.
    else if (this.#before.length >= maxBefore) this.#after.push(piece);
    else this.#pushBefore(Buffer.concat([this.#before, piece]));
  }

  /** `null` where the picture cannot be told apart like this. */
  end(): PaidPicture | null {
    const bytes = this.#picture?.end() ?? null;
    const rest = parse(Buffer.concat([this.#before, ...this.#after]));
    // What was cut out is the first picture only if it is the one that is empty now.
    if (bytes === null || bytes.length === 0 || pictureOf(rest) !== '') return null;
    return { bytes, usage: usageOf(member(rest, 'usage')) };
  }

  /** All that was pushed. */
  whole(): Buffer {
    const picture = this.#picture?.text() ?? Buffer.alloc(0);
    return Buffer.concat([this.#before, picture, ...this.#after]);
  }

  #pushBefore(text: Buffer): void {
    const name = text.indexOf(pictureName);
    const start = name < 0 ? 0 : text.indexOf(quote, name + pictureName.length) + 1;
    this.#before = start === 0 ? text : text.subarray(0, start);
    if (start > 0)
      this.#pushPicture((this.#picture = new Base64Pieces(this.#capacity)), text.subarray(start));
  }

  #pushPicture(picture: Base64Pieces, text: Buffer): void {
    const quoteAt = text.indexOf(quote);
    const end = quoteAt < 0 ? text.length : quoteAt;
    if (!picture.push(text.subarray(0, end))) this.#after.push(text);
    else if (quoteAt < 0) giveBack(text);
    else this.#after.push(text.subarray(end));
  }
}

const pictureName = '"b64_json"';
const quote = '"';
const maxBefore = 64 * 1024;
/** Whatever a server says of the length; more than the largest picture takes. */
const maxCapacity = 64 * 1024 * 1024;

function readWhole(body: Uint8Array): PaidPicture | PictureElsewhere | NoPicture {
  const reply = parse(body);
  if (reply === undefined) return { problem: 'not with JSON' };
  const usage = usageOf(member(reply, 'usage'));
  const base64 = pictureOf(reply);
  const url = member(firstOf(reply), 'url');
  if (typeof base64 !== 'string' || base64 === '') {
    if (typeof url !== 'string' || url === '') return { problem: 'without a picture' };
    if (!url.startsWith('data:')) return { url, usage };
  }
  const bytes = decodeBase64(typeof base64 === 'string' && base64 !== '' ? base64 : String(url));
  return bytes === null ? { problem: 'with a picture that is not base64' } : { bytes, usage };
}

/** Base64, also as a data URL, and with the line breaks of MIME (RFC 2045, 1996-11); `null`: it is none. */
function decodeBase64(text: string): Buffer | null {
  const bare = text.replace(/^data:[\w.+/;=-]{0,100},/, '').replaceAll(/[\r\n\t ]/g, '');
  const picture = new Base64Pieces(bare.length);
  return bare !== '' && picture.push(Buffer.from(bare)) ? picture.end() : null;
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
  return member(firstOf(reply), 'b64_json');
}

function firstOf(reply: unknown): unknown {
  const data: unknown = member(reply, 'data');
  return Array.isArray(data) ? data[0] : undefined;
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
