import { giveBack } from '../../give-back.ts';

/**
 * Decodes base64 (RFC 4648, 2006-10; both of its alphabets, padded or not) that comes in pieces, each as it comes: to decode it
 * all at once holds up whatever else goes on. Node's own decoder takes strings: megabytes of them would make V8's young
 * generation grow with the pictures, and it gives nothing back.
 */
export class Base64Pieces {
  #bytes: Buffer;
  #length = 0;
  /** Up to three characters of a group of four, which wait for the next piece. */
  #rest = Buffer.alloc(0);
  #isPadded = false;

  /** `capacity`: how many bytes it is likely to come to. */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** `false`: that is no base64 in this place, and is left out. */
  push(piece: Buffer): boolean {
    const missing = (4 - this.#rest.length) % 4;
    const group = Buffer.concat([this.#rest, piece.subarray(0, missing)]);
    if (group.length % 4 > 0) {
      this.#rest = group;
      return true;
    }
    const [length, isPadded] = [this.#length, this.#isPadded];
    const end = piece.length - ((piece.length - missing) % 4);
    if (!this.#decode(group) || !this.#decode(piece.subarray(missing, end))) {
      this.#length = length;
      this.#isPadded = isPadded;
      return false;
    }
    this.#rest = Buffer.from(piece.subarray(end));
    return true;
  }

  /** What it comes to; `null` where a part of it is missing. */
  end(): Buffer | null {
    const [length, isPadded] = [this.#length, this.#isPadded];
    // Some servers leave the padding out.
    const isWhole = this.#rest.length === 0 || this.#decode(padded(this.#rest));
    const bytes = this.#bytes.subarray(0, this.#length);
    [this.#length, this.#isPadded] = [length, isPadded];
    return isWhole ? bytes : null;
  }

  /** What was pushed, written as Node writes it. */
  text(): Buffer {
    return Buffer.concat([
      Buffer.from(this.#bytes.toString('base64', 0, this.#length)),
      this.#rest,
    ]);
  }

  /** Whole groups of four characters. */
  #decode(text: Buffer): boolean {
    if (text.length === 0) return true;
    this.#makeRoom((text.length / 4) * 3);
    const seen = decodeGroups(text, this.#bytes, this.#length);
    const padding = (seen & pad) === 0 ? 0 : text.length - text.indexOf('=');
    const isPadWrong = padding > 2 || (padding === 2 && text.at(-1) !== equals);
    if ((seen & none) > 0 || isPadWrong || this.#isPadded) return false;
    this.#isPadded = padding > 0;
    this.#length += (text.length / 4) * 3 - padding;
    return true;
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    giveBack(this.#bytes);
    this.#bytes = larger;
  }
}

/** A group of four from what is left of one. */
function padded(rest: Buffer): Buffer {
  return Buffer.concat([rest, Buffer.from('===')]).subarray(0, 4);
}

/** Three bytes of every four characters, from `at` on; gives all the bits that were seen of `values`. */
function decodeGroups(text: Uint8Array, bytes: Uint8Array, at: number): number {
  let seen = 0;
  for (let from = 0, to = at; from < text.length; from += 4, to += 3) {
    const a = values[text[from]!]!;
    const b = values[text[from + 1]!]!;
    const c = values[text[from + 2]!]!;
    const d = values[text[from + 3]!]!;
    seen |= a | b | c | d;
    bytes[to] = (a << 2) | (b >> 4);
    bytes[to + 1] = (b << 4) | (c >> 2);
    bytes[to + 2] = (c << 6) | d;
  }
  return seen;
}

const equals = 0x3d;
/** Above the six bits of a character. */
const pad = 0x40;
const none = 0x80;

/** What each character stands for. */
const values: Uint8Array = new Uint8Array(256).fill(none);
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
for (const alphabet of [`${letters}+/`, `${letters}-_`]) {
  Buffer.from(alphabet).forEach((letter, value) => (values[letter] = value));
}
values[equals] = pad;
