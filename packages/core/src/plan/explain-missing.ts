import { canonicalJson, sha256 } from '../hash.ts';
import type { Key, Request, Stored, StoreRecord } from '../types.ts';

/** Says why a request that is not stored is missing. */
export type ExplainMissing = (request: Request) => string;

/** The fields of which a change is worth a name, and the names. A change of any other field makes another picture. */
const fields = {
  prompt: 'prompt',
  model: 'model',
  provider: 'provider',
  size: 'size',
  quality: 'quality',
  background: 'background',
  complexity: 'complexity',
  input_fidelity: 'input fidelity',
  input_images: 'input images',
  mask: 'mask',
  take: 'take',
  provider_inputs: "provider's inputs",
} as const satisfies Partial<Record<keyof Request, string>>;

type Field = keyof typeof fields;

/**
 * Compares missing requests with what is stored and nobody asks for any more: where exactly one field differs, the
 * picture was stored before that changed. `wanted`: the keys that a plan asks for. Takes time in proportion to the
 * records and the requests, for the records are looked up by what is left of them without each field.
 */
export function explainMissing(
  stored: ReadonlyMap<Key, Stored>,
  wanted: ReadonlySet<Key>,
): ExplainMissing {
  let index: ReadonlyMap<string, StoreRecord> | null = null;
  return (request) => {
    index ??= indexOf(stored, wanted);
    if (index.size === 0) return 'new';
    for (const field of fieldNames) {
      const before = index.get(without(request, field));
      if (before !== undefined) return `${fields[field]} changed since ${before.key.slice(0, 8)}…`;
    }
    return 'new';
  };
}

/** What is stored and not wanted, by what is left of it without each field. */
function indexOf(
  stored: ReadonlyMap<Key, Stored>,
  wanted: ReadonlySet<Key>,
): ReadonlyMap<string, StoreRecord> {
  const unused = [...stored.values()]
    .flatMap((found) => (found.kind === 'record' ? [found.record] : []))
    .filter(({ key }) => !wanted.has(key))
    .toSorted(newestFirst);
  const index = new Map<string, StoreRecord>();
  for (const record of unused) {
    for (const field of fieldNames) {
      const rest = without(record.request, field);
      if (!index.has(rest)) index.set(rest, record);
    }
  }
  return index;
}

const fieldNames = Object.keys(fields) as Field[];

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
