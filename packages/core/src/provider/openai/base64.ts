/**
 * Decodes base64 (RFC 4648, 2006-10; both of its alphabets, padded or not), given as ASCII. `null`: not base64. Node's own decoder skips
 * invalid characters, and takes only strings: those of thousands of pictures make the part of V8's heap for new objects grow to its
 * limit.
 */
export function decodeBase64(text: Buffer): Buffer | null {
  const padAt = text.indexOf('=');
  const letters = padAt < 0 ? text.length : padAt;
  const over = letters % 4;
  if (over === 1 || !isPadding(text.subarray(letters), over)) return null;
  const bytes = Buffer.allocUnsafeSlow(Math.floor((letters * 3) / 4));
  let length = 0;
  let at = 0;
  for (; at < letters - over; at += 4) {
    const four =
      valueAt(text, at, 18) |
      valueAt(text, at + 1, 12) |
      valueAt(text, at + 2, 6) |
      valueAt(text, at + 3, 0);
    if (four < 0) return null;
    bytes[length++] = four >> 16;
    bytes[length++] = four >> 8;
    bytes[length++] = four;
  }
  if (over === 0) return bytes;
  const third = over === 3 ? valueAt(text, at + 2, 6) : 0;
  const last = valueAt(text, at, 18) | valueAt(text, at + 1, 12) | third;
  if (last < 0) return null;
  bytes[length++] = last >> 16;
  if (over === 3) bytes[length] = last >> 8;
  return bytes;
}

/** The six bits of a letter, moved to the left; negative: it is no letter of base64. */
function valueAt(text: Buffer, at: number, bits: number): number {
  return values[text[at]!]! << bits;
}

/** Whether text ends a group of `over` letters, or of four: 0. */
function isPadding(text: Buffer, over: number): boolean {
  return text.length <= (4 - over) % 4 && text.every((byte) => byte === equals);
}

const equals = 61;

/** By the code of a letter. */
const values = new Int8Array(256).fill(-1);
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
for (const alphabet of [`${letters}+/`, `${letters}-_`])
  for (let value = 0; value < 64; value++) values[alphabet.charCodeAt(value)] = value;
