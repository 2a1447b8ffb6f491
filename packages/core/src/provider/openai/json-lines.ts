import { jsonOf } from '../../plain-checks.ts';

/**
 * Reads a file of JSON lines one value at a time, because the lines of a thousand pictures are
 * gigabytes. Rejects if the connection breaks, or if a line is not JSON, such as a last line that
 * is cut off.
 */
export async function* jsonLines(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterable<unknown> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    let rest = piece;
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
      pieces.push(rest.subarray(0, end));
      if (length + end > 0) yield valueIn(pieces);
      pieces = [];
      length = 0;
      rest = rest.subarray(end + 1);
    }
    length += rest.length;
    if (length > maxLineBytes)
      throw new BrokenLineError(`a line has more than ${maxLineBytes / 1e6} MB`);
    if (rest.length > 0) pieces.push(rest);
  }
  if (length > 0) yield valueIn(pieces);
}

function valueIn(pieces: readonly Uint8Array[]): unknown {
  const value = jsonOf(Buffer.concat(pieces).toString('utf8'));
  if (value === undefined) throw new BrokenLineError('a line is cut off or not JSON');
  return value;
}

export class BrokenLineError extends Error {}

const lineFeed = 10;

/** The largest picture of the API is 44 MB as base64 (2026-11-28). */
const maxLineBytes = 128_000_000;
