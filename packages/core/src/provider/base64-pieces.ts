import { giveBack } from '../give-back.ts';

/**
 * Decodes base64 (RFC 4648, 2006-10) that comes in pieces, each as it comes: a string of megabytes is one more thing for
 * the garbage collector, and to decode it all at once holds up whatever else goes on.
 */
export class Base64Pieces {
  #bytes: Buffer;
  #length = 0;
  /** Up to three characters of a group of four, which wait for the next piece. */
  #rest = Buffer.alloc(0);
  #groups = 0;
  #padding = 0;

  /** `capacity`: how many bytes it is likely to come to. */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  push(piece: Buffer): void {
    const missing = (4 - this.#rest.length) % 4;
    const group = Buffer.concat([this.#rest, piece.subarray(0, missing)]);
    if (group.length % 4 > 0) {
      this.#rest = group;
      return;
    }
    const end = piece.length - ((piece.length - missing) % 4);
    this.#decode(group);
    this.#decode(piece.subarray(missing, end));
    this.#rest = Buffer.from(piece.subarray(end));
  }

  /**
   * What it comes to; `null` for what is no base64. Node's decoder passes over whatever it does not know, so that less
   * comes out than the length promises; a pattern would hold up the process for longer than all else about an answer.
   */
  end(): Buffer | null {
    const isWhole = this.#rest.length === 0 && this.#length === this.#groups * 3 - this.#padding;
    return isWhole ? this.#bytes.subarray(0, this.#length) : null;
  }

  /** Whole groups of four characters. */
  #decode(text: Buffer): void {
    if (text.length === 0) return;
    this.#makeRoom((text.length / 4) * 3);
    this.#length += this.#bytes.write(text.toString('latin1'), this.#length, 'base64');
    this.#groups += text.length / 4;
    this.#padding = text.at(-2) === equals ? 2 : text.at(-1) === equals ? 1 : 0;
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

const equals = 0x3d;
