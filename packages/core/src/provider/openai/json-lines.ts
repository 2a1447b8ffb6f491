type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Reads a file of JSON lines. Empty lines are left out. See `linesOf`. */
export async function* jsonLines(body: Body): AsyncIterable<Buffer> {
  for await (const line of linesOf(body)) if (line.length > 0) yield line;
}

/**
 * Reads one line at a time, because the lines of a thousand pictures are gigabytes. Each line is only valid until the next one is
 * read: all share one buffer, because megabytes that are allocated again for each line leave holes in the memory of the process,
 * which then grows with their number. Rejects if the connection breaks, or with a BrokenLineError.
 */
export async function* linesOf(body: Body): AsyncIterable<Buffer> {
  let line = Buffer.allocUnsafeSlow(firstBytes);
  let length = 0;
  const add = (piece: Uint8Array): void => {
    const needed = length + piece.length;
    if (needed > maxLineBytes)
      throw new BrokenLineError(`a line has more than ${maxLineBytes / 1e6} MB`);
    if (needed > line.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * line.length));
      line.copy(larger, 0, 0, length);
      line = larger;
    }
    line.set(piece, length);
    length = needed;
  };
  for await (const piece of body) {
    let rest = piece;
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
      add(rest.subarray(0, end));
      yield line.subarray(0, length);
      length = 0;
      rest = rest.subarray(end + 1);
    }
    add(rest);
  }
  if (length > 0) yield line.subarray(0, length);
}

export class BrokenLineError extends Error {}

const lineFeed = 10;
const firstBytes = 64 * 1024;

/** The largest picture of the API is 44 MB as base64 (2026-11-28). */
const maxLineBytes = 128_000_000;
