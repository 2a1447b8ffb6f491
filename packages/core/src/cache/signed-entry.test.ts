import { expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import { type EntryName, maxHeaderBytes, openEntry, signEntry } from './signed-entry.ts';

const secret = 'a secret of more than 32 characters';
const name: EntryName = { kind: 'variant', key: sha256('a key') };
const content = Buffer.from('the bytes of a file\nand a second line');
const entry = signEntry(secret, name, content);

test('a signed entry can be opened', () => {
  expect(openEntry(secret, name, entry)).toEqual(content);
  const empty = signEntry(secret, name, new Uint8Array());
  expect(openEntry(secret, name, empty)).toEqual(Buffer.alloc(0));
  expect(entry.length - content.length).toBeLessThan(maxHeaderBytes);
});

test('an entry with any byte changed is refused', () => {
  for (let at = 0; at < entry.length; at++) {
    for (const bit of [1, 0x20, 0x80]) {
      const changed = Buffer.from(entry);
      changed[at]! ^= bit;
      expect(openEntry(secret, name, changed), `byte ${at}`).toBeNull();
    }
  }
});

test('an entry with any byte left out, or one more, is refused', () => {
  for (let at = 0; at <= entry.length; at++) {
    const [before, after] = [entry.subarray(0, at), entry.subarray(at)];
    expect(openEntry(secret, name, before.length === entry.length ? after : before)).toBeNull();
    expect(
      openEntry(secret, name, Buffer.concat([before, after.subarray(1), Buffer.of(0)])),
    ).toBeNull();
    expect(openEntry(secret, name, Buffer.concat([before, Buffer.of(0), after]))).toBeNull();
  }
});

test('an entry with another key, another kind or another secret is refused', () => {
  expect(openEntry(secret, { ...name, key: sha256('another key') }, entry)).toBeNull();
  expect(openEntry(secret, { ...name, kind: 'preview' }, entry)).toBeNull();
  expect(openEntry(`${secret}.`, name, entry)).toBeNull();
});

test('bytes without a line are refused', () => {
  for (const bytes of [content, Buffer.alloc(0), Buffer.alloc(1000, 'a'), Buffer.from('\n')]) {
    expect(openEntry(secret, name, bytes)).toBeNull();
  }
});
