/** What CBOR (RFC 8949) can say, as JavaScript has it. A tag is left out, and its value stays. */
export type Cbor =
  | number
  | bigint
  | string
  | boolean
  | null
  | Buffer
  | readonly Cbor[]
  | ReadonlyMap<Cbor, Cbor>;

const maxDepth = 32;
const maxItems = 50_000;

/** The first value in `bytes`. Throws an Error that says what is wrong with them. */
export function readCbor(bytes: Buffer): Cbor {
  let at = 0;
  let left = maxItems;

  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw new Error('has CBOR that ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };

  /** `null`: the length is not known beforehand. */
  const argument = (info: number): number | bigint | null => {
    if (info < 24) return info;
    if (info === 24) return take(1).readUInt8();
    if (info === 25) return take(2).readUInt16BE();
    if (info === 26) return take(4).readUInt32BE();
    if (info === 27) return small(take(8).readBigUInt64BE());
    if (info === 31) return null;
    throw new Error('has CBOR of an unknown kind');
  };

  const lengthOf = (info: number): number => {
    const length = argument(info);
    if (typeof length !== 'number') throw new Error('has CBOR of an unknown length');
    return length;
  };

  /** Calls `each` for each item of a list or map, up to a break where the length is not known. */
  const items = (info: number, each: () => void) => {
    const count = info === 31 ? Infinity : lengthOf(info);
    for (let done = 0; done < count; done++) {
      if (count === Infinity && bytes[at] === breakByte) {
        at++;
        return;
      }
      each();
    }
  };

  const value = (depth: number): Cbor => {
    if (depth > maxDepth) throw new Error(`has CBOR that is nested more than ${maxDepth} deep`);
    if (--left < 0) throw new Error(`has more than ${maxItems} values of CBOR`);
    const head = take(1).readUInt8();
    const info = head & 31;
    switch (head >> 5) {
      case 0:
        return argument(info) ?? unknown();
      case 1: {
        const number = argument(info) ?? unknown();
        return typeof number === 'bigint' ? -1n - number : -1 - number;
      }
      case 2:
        return take(lengthOf(info));
      case 3:
        return take(lengthOf(info)).toString('utf8');
      case 4: {
        const list: Cbor[] = [];
        items(info, () => list.push(value(depth + 1)));
        return list;
      }
      case 5: {
        const map = new Map<Cbor, Cbor>();
        items(info, () => map.set(value(depth + 1), value(depth + 1)));
        return map;
      }
      case 6:
        lengthOf(info);
        return value(depth + 1);
      default:
        return simple(info);
    }
  };

  const simple = (info: number): Cbor => {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return null;
    if (info === 26) return take(4).readFloatBE();
    if (info === 27) return take(8).readDoubleBE();
    return unknown();
  };

  return value(0);
}

/** The value of a map's key, such as `1` or `'alg'`; `undefined`: there is none, or `map` is no map. */
export function field(map: Cbor | undefined, key: number | string): Cbor | undefined {
  return map instanceof Map ? map.get(key) : undefined;
}

export function listOf(value: Cbor | undefined): readonly Cbor[] {
  return Array.isArray(value) ? value : [];
}

/** `null`: it is no text. */
export function textOf(value: Cbor | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

const breakByte = 0xff;

function small(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function unknown(): never {
  throw new Error('has CBOR of an unknown kind');
}
