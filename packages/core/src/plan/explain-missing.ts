import { type PixelField, pixelFieldNames } from '../fields.ts';
import { canonicalJson, sha256 } from '../hash.ts';
import type { Key, Request, Stored, StoreRecord } from '../types.ts';

/** Says why a request that is not stored is missing; `image` is the one that asks for it. */
export type ExplainMissing = (request: Request, image?: BoughtFor) => string;

type BoughtFor = NonNullable<StoreRecord['boughtFor']>;

/** What a change of each member is called; `null`: a change of it makes another picture, so that nothing was changed. */
const labels: Readonly<Record<keyof Request, string | null>> = {
  prompt: 'prompt',
  model: 'model',
  provider: 'provider',
  size: 'size',
  ...labelPixelFields(),
  input_images: 'input images',
  mask: 'mask',
  take: 'take',
  provider_inputs: "provider's inputs",
  candidate: null,
};

type Field = keyof Request;

/**
 * Compares a missing request with what is stored and not asked for any more. A record says which image it was bought for:
 * of those of the same image the newest tells what changed. A record of an older version does not say it; where exactly one
 * field differs from such a one, the picture was probably stored before that changed. `wanted`: the keys that a plan asks
 * for. Takes time in proportion to the records and the requests, for the records are looked up by hashes.
 */
export function explainMissing(
  stored: ReadonlyMap<Key, Stored>,
  wanted: ReadonlySet<Key>,
): ExplainMissing {
  let unused: ReturnType<typeof indexUnused> | null = null;
  return (request, image) => {
    unused ??= indexUnused(stored, wanted);
    const own = image && unused.byImage.get(imageName(image, request));
    if (own !== undefined) {
      const changed = fieldNames.filter((field) => differs(request, own.request, field));
      if (changed.length > 0) return changeSince(changed, own);
    }
    if (unused.byRest.size === 0) return 'new';
    for (const field of fieldNames) {
      const before = unused.byRest.get(without(request, field));
      if (before !== undefined) return changeSince([field], before);
    }
    return 'new';
  };
}

function changeSince(changed: readonly Field[], { key }: StoreRecord): string {
  return `${changed.map((field) => labels[field]).join(', ')} changed since ${key.slice(0, 8)}…`;
}

/** Candidates of an image are compared each with its own. */
function imageName({ id, manifest }: BoughtFor, { candidate = 1 }: Request): string {
  return canonicalJson([manifest, id, candidate]);
}

function differs(one: Request, other: Request, field: Field): boolean {
  return canonicalJson([one[field] ?? null]) !== canonicalJson([other[field] ?? null]);
}

/** What is stored and not wanted: by its image, where it says that, else by what is left of it without each field. */
function indexUnused(stored: ReadonlyMap<Key, Stored>, wanted: ReadonlySet<Key>) {
  const unused = [...stored.values()]
    .flatMap((found) => (found.kind === 'record' ? [found.record] : []))
    .filter(({ key }) => !wanted.has(key))
    .toSorted(newestFirst);
  const byImage = new Map<string, StoreRecord>();
  const byRest = new Map<string, StoreRecord>();
  for (const record of unused) {
    const { boughtFor, request } = record;
    const names =
      boughtFor === undefined
        ? fieldNames.map((field) => without(request, field))
        : [imageName(boughtFor, request)];
    const index = boughtFor === undefined ? byRest : byImage;
    for (const name of names) if (!index.has(name)) index.set(name, record);
  }
  return { byImage, byRest };
}

const fieldNames = (Object.keys(labels) as Field[]).filter((field) => labels[field] !== null);

function labelPixelFields(): Record<PixelField, string> {
  const named = pixelFieldNames.map((name) => [name, name.replaceAll('_', ' ')]);
  return Object.fromEntries(named) as Record<PixelField, string>;
}

/** What a request is but for one field, short enough to look up. */
function without(request: Request, field: Field): string {
  return `${field} ${sha256(canonicalJson({ ...request, [field]: undefined }))}`;
}

/** Of two that would do, the later one was there last; equal times are told apart, so that every machine says the same. */
function newestFirst(a: StoreRecord, b: StoreRecord): number {
  return compare(b.provenance.createdAt, a.provenance.createdAt) || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
