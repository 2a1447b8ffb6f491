/**
 * Decodes base64 (RFC 4648, 2006-10; both of its alphabets, padded or not), given as ASCII. `null`: not base64. Node's own decoder skips
 * invalid characters. The text is decoded in pieces: Node keeps a string of a megabyte outside of V8's heap until it is collected.
 */
export function decodeBase64(text: Buffer): Buffer | null {
  const bytes = Buffer.allocUnsafeSlow(decodedLength(text));
  let length = 0;
  for (let at = 0; at < text.length; at += pieceLength) {
    const piece = text.toString('latin1', at, at + pieceLength);
    const isLast = at + pieceLength >= text.length;
    if (!(isLast ? isBase64(piece) : /^[\w+/-]*$/.test(piece))) return null;
    length += bytes.write(piece, length, 'base64');
  }
  return length === bytes.length ? bytes : null;
}

/** Four letters are three bytes, so a piece must be a multiple of four. */
const pieceLength = 64 * 1024;

function decodedLength(text: Buffer): number {
  const padAt = text.indexOf('=');
  return Math.floor(((padAt < 0 ? text.length : padAt) * 3) / 4);
}

function isBase64(text: string): boolean {
  const padAt = text.indexOf('=');
  const letters = padAt < 0 ? text.length : padAt;
  const missing = (4 - (letters % 4)) % 4;
  return missing < 3 && text.length - letters <= missing && /^[\w+/-]*=*$/.test(text);
}
