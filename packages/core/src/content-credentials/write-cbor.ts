/** Pieces of CBOR (RFC 8949), as the signature of a claim needs them. */

export function cborBytes(bytes: Uint8Array): Buffer {
  return Buffer.concat([head(2, bytes.length), bytes]);
}

export function cborText(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([head(3, bytes.length), bytes]);
}

export function cborList(items: readonly Uint8Array[]): Buffer {
  return Buffer.concat([head(4, items.length), ...items]);
}

/** The entries are pairs of a key and a value, both in CBOR. */
export function cborMap(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flat()]);
}

export function cborInteger(value: number): Buffer {
  return value < 0 ? head(1, -1 - value) : head(0, value);
}

function head(kind: number, value: number): Buffer {
  const first = kind << 5;
  if (value < 24) return Buffer.from([first | value]);
  if (value < 0x100) return Buffer.from([first | 24, value]);
  const isShort = value < 0x1_0000;
  const bytes = Buffer.alloc(isShort ? 3 : 5);
  bytes[0] = first | (isShort ? 25 : 26);
  if (isShort) bytes.writeUInt16BE(value, 1);
  else bytes.writeUInt32BE(value, 1);
  return bytes;
}
