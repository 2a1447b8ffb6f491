import { type PixelField, pixelFieldNames } from '../fields.ts';
import { canonicalJson, sha256 } from '../hash.ts';
import type { Key, Request, Stored, StoreRecord } from '../types.ts';

/** Explains why a request is not in the store; `image` is the image that needs it. */
export type ExplainMissing = (request: Request, image?: BoughtFor) => string;

type BoughtFor = NonNullable<StoreRecord['boughtFor']>;

/** What a message calls a change of each member; `null`: another value means another picture, not a change. */
const labels: Readonly<Record<keyof Request, string | null>> = {
  prompt: 'prompt',
  model: 'model',
  provider: 'provider',
  size: 'size',
  ...labelPixelFields(),
  input_images: 'input images',
  mask: 'mask',
  markup: 'markup',
  output_format: 'output_format',
  take: 'take',
  provider_inputs: "provider's inputs",
  candidate: null,
};

type RequestField = keyof Request;

/**
 * Explains a missing request by a stored record that the plan no longer needs. If a record says that it was bought for the same
 * image, the newest such record shows what changed. Records of older versions do not name their image. If the request differs
 * from one of these in exactly one field, that field has probably changed since. `used`: the keys that the plan needs.
 * Records are looked up by hashes, so the time grows linearly with the records and the requests.
 */
export function explainMissing(
  stored: ReadonlyMap<Key, Stored>,
  used: ReadonlySet<Key>,
): ExplainMissing {
  let unused: ReturnType<typeof indexUnused> | null = null;
  return (request, image) => {
    unused ??= indexUnused(stored, used);
    const own = image && unused.byImage.get(imageName(image, request));
    if (own !== undefined) {
      const changed = changedFields(own.request, request);
      if (changed.length > 0) return changeSince(changed, own);
    }
    if (unused.byRest.size === 0) return 'new';
    for (const [field, label] of labelled) {
      const before = unused.byRest.get(without(request, field));
      if (before !== undefined) return changeSince([label], before);
    }
    return 'new';
  };
}

/** What differs between two requests, in words: `['prompt', 'size']`. */
export function changedFields(before: Request, after: Request): string[] {
  return labelled.flatMap(([field, label]) => (differs(before, after, field) ? [label] : []));
}

function changeSince(changed: readonly string[], { key }: StoreRecord): string {
  return `${changed.join(', ')} changed since ${key.slice(0, 8)}…`;
}

/** Each candidate of an image is compared with the same candidate. */
function imageName({ id, manifest }: BoughtFor, { candidate = 1 }: Request): string {
  return canonicalJson([manifest, id, candidate]);
}

function differs(one: Request, other: Request, field: RequestField): boolean {
  return canonicalJson([one[field] ?? null]) !== canonicalJson([other[field] ?? null]);
}

/** The stored records that no plan needs: by image if the record names one, otherwise by the request without each field in turn. */
function indexUnused(stored: ReadonlyMap<Key, Stored>, used: ReadonlySet<Key>) {
  const unused = [...stored.values()]
    .flatMap((found) => (found.kind === 'record' ? [found.record] : []))
    .filter(({ key }) => !used.has(key))
    .toSorted(newestFirst);
  const byImage = new Map<string, StoreRecord>();
  const byRest = new Map<string, StoreRecord>();
  for (const record of unused) {
    const { boughtFor, request } = record;
    const names =
      boughtFor === undefined
        ? labelled.map(([field]) => without(request, field))
        : [imageName(boughtFor, request)];
    const index = boughtFor === undefined ? byRest : byImage;
    for (const name of names) if (!index.has(name)) index.set(name, record);
  }
  return { byImage, byRest };
}

const labelled = Object.entries(labels).filter(([, label]) => label !== null) as [
  RequestField,
  string,
][];

function labelPixelFields(): Record<PixelField, string> {
  const named = pixelFieldNames.map((name) => [name, name.replaceAll('_', ' ')]);
  return Object.fromEntries(named) as Record<PixelField, string>;
}

/** A hash of a request without one field. */
function without(request: Request, field: RequestField): string {
  return `${field} ${sha256(canonicalJson({ ...request, [field]: undefined }))}`;
}

/** If two records fit, take the later one. Equal times have a fixed order, so every machine gives the same answer. */
function newestFirst(a: StoreRecord, b: StoreRecord): number {
  return compare(b.provenance.createdAt, a.provenance.createdAt) || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
