import type { Verdict } from '../types.ts';
import type { ManifestStore } from './find-manifest-store.ts';
import { fitsHash } from './fits-hash.ts';
import { type Cbor, field, listOf } from './read-cbor.ts';
import type { Manifest } from './read-manifests.ts';

/** Whether a file has the bytes that were signed. Only the manifest store itself may be left out of them. */
export function checkPicture(
  { assertions, hashName }: Manifest,
  { places }: ManifestStore,
  file: Buffer,
): Verdict {
  const assertion = assertions.find(({ label }) => label === 'c2pa.hash.data')?.value;
  if (assertion === undefined) return 'unknown';
  const parts: Buffer[] = [];
  let at = 0;
  for (const range of listOf(field(assertion, 'exclusions'))) {
    const start = field(range, 'start');
    const length = field(range, 'length');
    if (!isPosition(start) || !isPosition(length) || start < at) return 'invalid';
    const end = start + length;
    if (!places.some((place) => place.start <= start && end <= place.end)) return 'invalid';
    parts.push(file.subarray(at, start));
    at = end;
  }
  return fitsHash(assertion, [...parts, file.subarray(at)], hashName);
}

function isPosition(value: Cbor | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
