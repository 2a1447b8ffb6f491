import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readContentCredentials } from './read-content-credentials.ts';
import { cborBytes, cborList, cborMap, cborText } from './write-cbor.ts';

/** Signed by c2pa-rs (c2pa-wasm 0.15) with a certificate of its own: `created.png`, and two pictures that were made from it. */
const file = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/content-credentials/${name}`, import.meta.url));

const created = file('created.png');

const trained = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

test('says who made a PNG, with what and how, and that it is what was signed', () => {
  expect(readContentCredentials(created)).toEqual({
    claimGenerator: 'Example Images 2.0',
    signer: 'Example Images',
    digitalSourceType: trained,
    actions: ['c2pa.created'],
    signature: 'valid',
    picture: 'valid',
  });
});

test.each(['edited.jpg', 'edited.webp'])('says of %s how its ingredient was made, too', (name) => {
  expect(readContentCredentials(file(name))).toEqual({
    claimGenerator: 'Example Editor 3',
    signer: 'Example Images',
    digitalSourceType: trained,
    actions: ['c2pa.created', 'c2pa.opened', 'c2pa.converted'],
    signature: 'valid',
    picture: 'valid',
  });
});

test('a JPEG may have its manifest store in many segments', () => {
  const jpeg = file('edited.jpg');
  const length = jpeg.readUInt16BE(jpeg.indexOf(Buffer.from([0xff, 0xeb])) + 2);
  const at = jpeg.indexOf(Buffer.from([0xff, 0xeb]));
  const segment = jpeg.subarray(at, at + 2 + length);
  const box = segment.subarray(12);
  const parts = [box.subarray(8, 1000), box.subarray(1000, 2000), box.subarray(2000)];
  const segments = parts.map((part, number) => {
    const head = Buffer.from(segment.subarray(0, 20));
    head.writeUInt16BE(18 + part.length, 2);
    head.writeUInt32BE(number + 1, 8);
    return Buffer.concat([head, part]);
  });
  const split = Buffer.concat([
    jpeg.subarray(0, at),
    ...segments,
    jpeg.subarray(at + segment.length),
  ]);
  // The hash leaves out one segment of another length.
  expect(readContentCredentials(split)).toMatchObject({ signature: 'valid', picture: 'invalid' });
});

test.each([
  ['png', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['jpeg', Buffer.from('ffd8ffd9', 'hex')],
  ['text', Buffer.from('caBX C2PA JP')],
  ['nothing', Buffer.alloc(0)],
])('%s without a manifest store has none', (_, bytes) => {
  expect(readContentCredentials(bytes)).toBeNull();
});

test('a changed pixel is found, and the signature still holds', () => {
  const changed = Buffer.from(created);
  changed[changed.indexOf('IDAT') + 8]! ^= 1;
  expect(readContentCredentials(changed)).toMatchObject({ signature: 'valid', picture: 'invalid' });
});

test.each([
  ['the claim', 'Example Images'],
  ['an assertion', 'trainedAlgorithmicMedia'],
  ['the certificate', 'Example Images1'],
])('a changed letter in %s is found', (_, words) => {
  const changed = Buffer.from(created);
  const at = words.endsWith('1') ? changed.lastIndexOf('Example Images') : changed.indexOf(words);
  changed[at]! ^= 1;
  expect(readContentCredentials(changed)?.signature).not.toBe('valid');
});

test('an ingredient that was exchanged is found', () => {
  const changed = file('edited.webp');
  // The first manifest of the store is that of the ingredient. Its padding is in no hash but that of the ingredient as a whole.
  const padding = changed.indexOf('cpad');
  changed[changed.indexOf(Buffer.alloc(20), padding === -1 ? 0 : padding) + 5]! ^= 1;
  expect(readContentCredentials(changed)?.signature).toBe('invalid');
});

test('boxes that are nested without end, and too many, are refused at once', () => {
  let nested = Buffer.alloc(0);
  for (let depth = 0; depth < 2_000; depth++)
    nested = Buffer.concat([head(nested.length, 'jumb'), nested]);
  expect(problemOf(nested)).toMatch('nested more than 8 deep');
  const many = Buffer.concat(Array.from({ length: 20_000 }, () => head(0, 'free')));
  expect(problemOf(Buffer.concat([head(many.length, 'jumb'), many]))).toMatch(
    'more than 10000 boxes',
  );
});

test.each([
  ['a length beyond its end', Buffer.from('7fffffff6a756d62', 'hex'), 'wrong length'],
  ['a length of 64 bits', Buffer.from('000000016a756d62ffffffffffffffff', 'hex'), 'wrong length'],
  ['a length of three bytes', Buffer.from('000000036a756d62', 'hex'), 'wrong length'],
  ['half a head', Buffer.from('00000008', 'hex'), 'without a head'],
  ['nothing', Buffer.alloc(0), 'has no manifest'],
  ['17 MB', Buffer.alloc(17 * 1024 * 1024), 'larger than 16 MB'],
])('a manifest store with %s is refused', (_, store, problem) => {
  expect(problemOf(store)).toMatch(problem);
});

test.each([
  ['lists that are nested without end', Buffer.alloc(100_000, 0x81), 'nested more than 32 deep'],
  ['a list of 4 billion items', Buffer.from('9affffffff', 'hex'), 'ends too early'],
  ['a text of 4 billion bytes', Buffer.from('7affffffff', 'hex'), 'ends too early'],
  [
    'a list without an end',
    Buffer.concat([Buffer.from([0x9f]), Buffer.alloc(200_000)]),
    'more than 50000 values',
  ],
  ['an unknown kind', Buffer.from([0xfc]), 'unknown kind'],
])('a claim with %s is refused', (_, claim, problem) => {
  expect(problemOf(storeOf(claim))).toMatch(problem);
});

test('texts fit into a line, without controls', () => {
  const info = cborMap([[cborText('name'), cborText(`a\u202e\n${'b'.repeat(10_000)}`)]]);
  const claim = cborMap([[cborText('claim_generator_info'), info]]);
  const credentials = readContentCredentials(pngWith(storeOf(claim)));
  expect(credentials?.claimGenerator).toBe(`a ${'b'.repeat(198)}`);
  expect(credentials).toMatchObject({ signature: 'unknown', picture: 'unknown' });
});

test('no change of a byte makes it throw', () => {
  for (const name of ['created.png', 'edited.jpg']) {
    const bytes = file(name);
    for (let at = 0; at < 3000; at += 31) {
      const changed = Buffer.from(bytes);
      changed[at % changed.length]! ^= 0xff;
      expect(() => readContentCredentials(changed)).not.toThrow();
    }
  }
});

function problemOf(store: Buffer): string | undefined {
  const png = pngWith(store);
  const start = performance.now();
  const credentials = readContentCredentials(png);
  expect(performance.now() - start).toBeLessThan(2000);
  expect(credentials).toMatchObject({ signature: 'unknown', picture: 'unknown' });
  return credentials?.problem;
}

function storeOf(claim: Buffer): Buffer {
  const signature = cborList([
    cborBytes(cborMap([])),
    cborMap([]),
    Buffer.from([0xf6]),
    cborBytes(claim),
  ]);
  return labelled('c2pa', [
    labelled('urn:c2pa:1', [
      labelled('c2pa.claim.v2', [cbor(claim)]),
      labelled('c2pa.signature', [cbor(signature)]),
    ]),
  ]);
}

function labelled(label: string, boxes: readonly Buffer[]): Buffer {
  const description = Buffer.concat([
    Buffer.alloc(16),
    Buffer.from([3]),
    Buffer.from(`${label}\0`),
  ]);
  const content = Buffer.concat([head(description.length, 'jumd'), description, ...boxes]);
  return Buffer.concat([head(content.length, 'jumb'), content]);
}

function cbor(content: Buffer): Buffer {
  return Buffer.concat([head(content.length, 'cbor'), content]);
}

function head(contentLength: number, type: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(8 + contentLength);
  bytes.write(type, 4, 'latin1');
  return bytes;
}

function pngWith(store: Buffer): Buffer {
  const chunk = Buffer.concat([head(store.length - 8, 'caBX'), store, Buffer.alloc(4)]);
  return Buffer.concat([created.subarray(0, 33), chunk, created.subarray(33)]);
}
