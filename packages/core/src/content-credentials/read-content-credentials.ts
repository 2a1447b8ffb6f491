import type { ContentCredentials } from '../types.ts';
import { checkPicture } from './check-picture.ts';
import { findManifestStore, type ManifestStore } from './find-manifest-store.ts';
import { worstOf } from './fits-hash.ts';
import { readBoxes } from './read-boxes.ts';
import { field, listOf, textOf } from './read-cbor.ts';
import { type Manifest, readManifests } from './read-manifests.ts';

/**
 * What the C2PA manifest store of a PNG, JPEG or WebP says, and whether it holds. `null`: it has none. Never throws. Asks no other
 * computer, so it does not say whether the signer is one to trust.
 */
export function readContentCredentials(bytes: Uint8Array): ContentCredentials | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const store = findManifestStore(file);
  if (store === null) return null;
  try {
    return contentOf(store, file);
  } catch (error) {
    return { ...nothing, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** That of a picture from an API has 10 to 100 kB. */
const maxStoreBytes = 16 * 1024 * 1024;
const maxActions = 50;
const maxTextLength = 200;

const nothing = {
  claimGenerator: null,
  signer: null,
  digitalSourceType: null,
  actions: [],
  signature: 'unknown',
  picture: 'unknown',
} as const satisfies ContentCredentials;

function contentOf(store: ManifestStore, file: Buffer): ContentCredentials {
  if (store.bytes.length > maxStoreBytes) throw new Error('is larger than 16 MB');
  const boxes = readBoxes(store.bytes)[0]?.boxes ?? [];
  const active = boxes.findLast(({ label }) => label !== null);
  if (active === undefined) throw new Error('has no manifest');
  const manifests = readManifests(active, boxes);
  const newest = manifests[0]!;
  // What was made comes before what was done with it.
  const actions = manifests.toReversed().flatMap(actionsIn);
  const sourceTypes = actions.flatMap(({ sourceType }) => sourceType ?? []);
  const names = actions.flatMap(({ name }) => name ?? []);
  return {
    claimGenerator: oneLine(newest.claimGenerator),
    signer: oneLine(newest.signer),
    digitalSourceType: sourceTypes[0] ?? null,
    actions: [...new Set(names)].slice(0, maxActions),
    signature: worstOf(manifests.map(({ verdict }) => verdict)),
    picture: checkPicture(newest, store, file),
  };
}

function actionsIn({ assertions }: Manifest) {
  return assertions
    .filter(({ label }) => label.startsWith('c2pa.actions'))
    .flatMap(({ value }) => listOf(field(value, 'actions')))
    .map((action) => ({
      name: oneLine(textOf(field(action, 'action'))),
      sourceType: oneLine(textOf(field(action, 'digitalSourceType'))),
    }));
}

/** A text that can be shown and fits into a record; `null`: nothing is left of it. */
function oneLine(text: string | null): string | null {
  const clean = (text ?? '').slice(0, 4 * maxTextLength).replaceAll(/[\p{C}\p{Z}]+/gu, ' ');
  return clean.trim().slice(0, maxTextLength).trim() || null;
}
