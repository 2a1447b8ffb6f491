/** A C2PA manifest store, and the parts of the file that hold it: a chunk of a PNG or a WebP, segments of a JPEG. */
export interface ManifestStore {
  readonly bytes: Buffer;
  readonly places: readonly Place[];
}

/** `end` is the first byte after it. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** Finds the C2PA manifest store of a PNG, JPEG or WebP. `null`: it has none, or is another kind of file. */
export function findManifestStore(file: Buffer): ManifestStore | null {
  if (file.subarray(0, 8).equals(pngSignature)) return inPng(file);
  if (file.subarray(0, 3).equals(jpegStart)) return inJpeg(file);
  const isWebp = isText(file, 0, 'RIFF') && isText(file, 8, 'WEBP');
  return isWebp ? inWebp(file) : null;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpegStart = Buffer.from([0xff, 0xd8, 0xff]);

/** A chunk has the length of its data, its type, its data, and a checksum. */
function inPng(file: Buffer): ManifestStore | null {
  for (let at = pngSignature.length; at + 12 <= file.length;) {
    const end = at + 12 + file.readUInt32BE(at);
    if (end > file.length) return null;
    if (isText(file, at + 4, 'caBX'))
      return { bytes: file.subarray(at + 8, end - 4), places: [{ start: at, end }] };
    at = end;
  }
  return null;
}

/** A chunk has its type, the length of its data, its data, and a zero if the length is odd. */
function inWebp(file: Buffer): ManifestStore | null {
  for (let at = 12; at + 8 <= file.length;) {
    const dataAt = at + 8;
    const length = file.readUInt32LE(at + 4);
    const end = dataAt + length + (length % 2);
    if (dataAt + length > file.length) return null;
    if (isText(file, at, 'C2PA'))
      return { bytes: file.subarray(dataAt, dataAt + length), places: [{ start: at, end }] };
    at = end;
  }
  return null;
}

/**
 * A box that is too long for one segment continues in others with the same number, each of which repeats the head of the box
 * (ISO/IEC 18477-3). A JPEG may contain other boxes, too: that of a manifest store begins with a description, whose type is a UUID
 * that begins with `c2pa`.
 */
function inJpeg(file: Buffer): ManifestStore | null {
  const boxes = new Map<number, { parts: Buffer[]; places: Place[] }>();
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff;) {
    const marker = file[at + 1]!;
    if (marker === startOfScan || marker === endOfImage) break;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (end > file.length) break;
    const segment = file.subarray(at + 4, end);
    if (marker === app11 && segment.length >= 16 && isText(segment, 0, 'JP')) {
      const number = segment.readUInt16BE(2);
      const box = boxes.get(number) ?? { parts: [], places: [] };
      const part = segment.subarray(8);
      box.parts.push(box.parts.length === 0 ? part : part.subarray(headLengthOf(part)));
      const before = box.places.at(-1);
      if (before?.end === at) box.places.splice(-1, 1, { start: before.start, end });
      else box.places.push({ start: at, end });
      boxes.set(number, box);
    }
    at = end;
  }
  for (const { parts, places } of boxes.values()) {
    const [first] = parts;
    const isStore = first !== undefined && isText(first, headLengthOf(first) + 4, 'jumdc2pa');
    if (isStore) return { bytes: Buffer.concat(parts), places };
  }
  return null;
}

const app11 = 0xeb;
const startOfScan = 0xda;
const endOfImage = 0xd9;

/** The length 1 means that a length of 64 bits follows the type. */
function headLengthOf(box: Buffer): number {
  return box.readUInt32BE(0) === 1 ? 16 : 8;
}

function isText(file: Buffer, at: number, text: string): boolean {
  return file.toString('latin1', at, at + text.length) === text;
}
