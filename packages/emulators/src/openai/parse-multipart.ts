/** One part of a `multipart/form-data` body. */
export interface Part {
  readonly name: string;
  /** `null`: a text field. */
  readonly fileName: string | null;
  /** As declared; lower case, without parameters. A file part without one is `text/plain` (RFC 7578, 4.4). */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/**
 * Splits a `multipart/form-data` body (RFC 7578) into its parts, in their order. Throws an `Error` if the body is not
 * well-formed: no boundary, no closing delimiter, a part without a name.
 */
export function parseMultipart(body: Buffer, contentType: string): Part[] {
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`);
  // The first delimiter has no line break before it. With one, all delimiters are equal.
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: Part[] = [];
  let at = text.indexOf(delimiter);
  if (at === -1) throw new Error('The boundary does not occur in the body.');
  for (;;) {
    const afterDelimiter = at + delimiter.length;
    if (text.toString('latin1', afterDelimiter, afterDelimiter + 2) === '--') return parts;
    const start = text.indexOf('\r\n', afterDelimiter);
    const end = text.indexOf(delimiter, afterDelimiter);
    if (start === -1 || end === -1) throw new Error('The closing boundary is missing.');
    parts.push(parsePart(text.subarray(start + 2, end)));
    at = end;
  }
}

function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new Error('The Content-Type has no boundary.');
  return boundary;
}

function parsePart(part: Buffer): Part {
  const headEnd = part.indexOf('\r\n\r\n');
  if (headEnd === -1) throw new Error('A part has no end of its headers.');
  const headers = new Map(
    part
      .toString('utf8', 0, headEnd)
      .split('\r\n')
      .map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
  );
  const disposition = headers.get('content-disposition') ?? '';
  const name = parameter(disposition, 'name');
  if (name === null) throw new Error('A part has no name.');
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  return {
    name,
    fileName: parameter(disposition, 'filename'),
    contentType: type ?? 'text/plain',
    bytes: part.subarray(headEnd + 4),
  };
}

/** A parameter of `Content-Disposition`, without its quotes and percent escapes (`%22`, `%0D`, `%0A`). */
function parameter(disposition: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(
    disposition,
  );
  const value = match?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? match?.[2];
  if (value === undefined) return null;
  return value.replaceAll(/%(22|0D|0A)/gi, (escape) => decodeURIComponent(escape));
}
