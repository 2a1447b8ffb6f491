import type { Usage } from '../../types.ts';
import { member, textOf } from '../json.ts';
import { jsonOf } from '../../plain-checks.ts';
import { decodeBase64 } from './base64.ts';

/** A picture with its usage, the URL to fetch it from, or the reason why the reply has none, with the reply. */
export type ImagesReply =
  | PaidPicture
  | (PictureElsewhere & { readonly reply: Uint8Array })
  | (NoPicture & { readonly reply: Uint8Array });

export interface PaidPicture {
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
 * Reads the body of a 200 of the Images API. Everything in it except the picture is optional. Rejects if the connection breaks
 * or the time is up before the picture is complete. A complete picture is used even if the body does not end properly, because
 * it was paid for.
 */
export async function readImagesReply(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<ImagesReply> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let broken: { readonly error: unknown } | null = null;
  try {
    for await (const piece of body) {
      pieces.push(piece);
      length += piece.byteLength;
      if (length > maxReplyBytes) {
        const problem = `with more than ${maxReplyBytes / 1_000_000} MB`;
        return { problem, reply: Buffer.concat(pieces, maxKeptOfEndless) };
      }
    }
  } catch (error) {
    broken = { error };
  }
  const reply = Buffer.concat(pieces);
  const read = cutOut(reply) ?? readWhole(parse(reply));
  if ('bytes' in read) return read;
  if (broken !== null && 'problem' in read) throw broken.error;
  return { ...read, reply };
}

/**
 * A reply of more bytes, after decompression, cannot be a picture: the largest that the API makes, 3840 x 2160 pixels with
 * alpha, are 33 MB before any compression, and 44 MB as base64 (2026-11-28).
 */
const maxReplyBytes = 128_000_000;

/** How much of an endless reply is kept: enough to see what it is. */
const maxKeptOfEndless = 1_000_000;

function cutOut(reply: Buffer): PaidPicture | null {
  const cut = cutPicture(reply);
  return cut && paidPicture(cut.rest, cut.picture);
}

/** JSON with its first picture cut out. */
export interface CutPicture {
  /** The value, with `""` in the place of the picture. */
  readonly rest: unknown;
  readonly picture: Buffer;
}

/**
 * Cuts the first picture out of JSON before the rest is parsed. The picture is nearly all of the bytes, and parsing it would raise a
 * run's peak memory by a sixth (`bench/cold.ts`, 2026-11-28). `null`: only parsing can find it.
 */
export function cutPicture(json: Buffer): CutPicture | null {
  const name = json.indexOf(pictureName);
  if (name < 0) return null;
  const start = json.indexOf(quote, name + pictureName.length) + 1;
  const end = json.indexOf(quote, start);
  if (start === 0 || end < 0) return null;
  const picture = decodePicture(json.subarray(start, end));
  const rest = parse(Buffer.concat([json.subarray(0, start), json.subarray(end)]));
  return picture === null || rest === undefined ? null : { rest, picture };
}

const pictureName = '"b64_json"';
const quote = '"';

/** The picture that was cut out of a reply; `null`: it was not the first one, which would be empty now. */
export function paidPicture(rest: unknown, picture: Buffer): PaidPicture | null {
  return pictureOf(rest) === '' ? { bytes: picture, usage: usageOf(rest) } : null;
}

/** An event of a stream. Its picture is at the top, and not in `data`. */
export interface ImageEvent {
  /** The event itself, without its picture. */
  readonly value: unknown;
  readonly picture: PaidPicture | PictureElsewhere | NoPicture;
}

/** `null`: not JSON, or not all of it. */
export function readImageEvent(json: Buffer): ImageEvent | null {
  const cut = cutPicture(json);
  const value = cut === null ? parse(json) : cut.rest;
  if (value === undefined) return null;
  // Some gateways send a whole reply as an event.
  const isReply = Array.isArray(member(value, 'data'));
  const reply = isReply ? value : { data: [value], usage: member(value, 'usage') };
  const picture = cut && paidPicture(reply, cut.picture);
  return { value, picture: picture ?? readWhole(cut === null ? reply : parse(json)) };
}

function readWhole(reply: unknown): PaidPicture | PictureElsewhere | NoPicture {
  if (reply === undefined) return { problem: 'not with JSON' };
  const usage = usageOf(reply);
  const base64 = pictureOf(reply);
  const url = member(firstOf(reply), 'url');
  if (typeof base64 !== 'string' || base64 === '') {
    if (typeof url !== 'string' || url === '') return { problem: 'without a picture' };
    if (!url.startsWith('data:')) return { url, usage };
  }
  const text = typeof base64 === 'string' && base64 !== '' ? base64 : String(url);
  const bytes = decodePicture(Buffer.from(text));
  return bytes === null ? { problem: 'with a picture that is not base64' } : { bytes, usage };
}

/** Decodes base64, also as a data URL or with the line breaks of MIME (RFC 2045, 1996-11). `null`: not base64. */
function decodePicture(text: Buffer): Buffer | null {
  return text.length === 0 ? null : (decodeBase64(text) ?? decodeWrapped(text));
}

function decodeWrapped(text: Buffer): Buffer | null {
  const bare = text
    .toString('latin1')
    .replace(/^data:[\w.+/;=-]{0,100},/, '')
    .replaceAll(/[\r\n\t ]/g, '');
  return bare === '' ? null : decodeBase64(Buffer.from(bare, 'latin1'));
}

/** `undefined`: not JSON. */
function parse(text: Uint8Array): unknown {
  return jsonOf(new TextDecoder().decode(text));
}

function pictureOf(reply: unknown): unknown {
  return member(firstOf(reply), 'b64_json');
}

function firstOf(reply: unknown): unknown {
  const data: unknown = member(reply, 'data');
  return Array.isArray(data) ? data[0] : undefined;
}

/** `null` if the server reports nothing, or only zeros, as servers do that do not count tokens. */
function usageOf(reply: unknown): Usage | null {
  const usage = member(reply, 'usage');
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
    ...svgUsageOf(member(reply, 'svg_usage')),
  };
  return read.outputImageTokens === 0 && read.inputTextTokens === 0 ? null : read;
}

function svgUsageOf(usage: unknown): Pick<Usage, 'svg'> {
  const model = textOf(member(usage, 'model'));
  if (model === null) return {};
  return {
    svg: {
      model,
      inputTokens: count(member(usage, 'input_tokens')),
      outputTokens: count(member(usage, 'output_tokens')),
    },
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
