import * as v from 'valibot';
import { TintypeError } from '../errors.ts';
import { unlessAborted } from '../process/unless-aborted.ts';
import type { Remote } from '../remote/remote.ts';
import { parseJson } from '../schema.ts';
import type { Preview } from '../types.ts';
import { colorForm, placeholderForm } from './cache-layout.ts';
import { type EntryName, maxHeaderBytes, openEntry, signEntry } from './signed-entry.ts';
import type { VariantCache, EntryToFetch } from './variant-cache.ts';

/**
 * A remote's answer for an entry. `missing`: it has none. `refused`: what it has is too large, or not signed with the secret
 * under this name.
 */
type RemoteAnswer =
  | { readonly kind: 'content'; readonly content: Uint8Array }
  | { readonly kind: 'missing' | 'refused' };

/** The entries of a shared cache: in a remote, signed with a secret. Rejects with the remote's error or the signal's reason. */
export interface SharedEntries {
  readonly get: (name: EntryToFetch, signal: AbortSignal) => Promise<RemoteAnswer>;
  readonly put: (name: EntryName, content: Uint8Array, signal: AbortSignal) => Promise<void>;
}

export function sharedEntries(remote: Remote, secret: string): SharedEntries {
  return {
    get: async (name, signal) => {
      signal.throwIfAborted();
      const maxBytes = name.maxBytes + maxHeaderBytes;
      try {
        // A user may write a remote. Such a remote may ignore the signal and the limit, and return anything.
        const entry = await unlessAborted(remote.get(pathOf(name), { maxBytes, signal }), signal);
        if (entry === null) return { kind: 'missing' };
        const isEntry = entry instanceof Uint8Array && entry.length <= maxBytes;
        const content = isEntry ? openEntry(secret, name, entry) : null;
        return content === null ? { kind: 'refused' } : { kind: 'content', content };
      } catch (error) {
        if (error instanceof TintypeError && error.code === 'remote-damaged')
          return { kind: 'refused' };
        throw error;
      }
    },
    put: async (name, content, signal) =>
      unlessAborted(remote.put(pathOf(name), signEntry(secret, name, content), { signal }), signal),
  };
}

/** Puts fetched content into a cache. `false`: a preview that has the wrong shape. */
export async function takeContent(
  { kind, key }: EntryName,
  content: Uint8Array,
  cache: VariantCache,
): Promise<boolean> {
  if (kind === 'variant') {
    await cache.put(key, content);
    return true;
  }
  const preview = parseJson(previewShape, Buffer.from(content).toString('utf8'));
  if (preview.kind === 'damaged') return false;
  await cache.putPreview(key, preview.value);
  return true;
}

export function formatPreview({ placeholder, color }: Preview): Uint8Array {
  return Buffer.from(JSON.stringify({ placeholder, color }));
}

const previewShape = v.strictObject({
  placeholder: v.nullable(v.pipe(v.string(), v.regex(placeholderForm))),
  color: v.nullable(v.pipe(v.string(), v.regex(colorForm))),
});

function pathOf({ kind, key }: EntryName): string {
  return `${kind}s/${key.slice(0, 2)}/${key}`;
}
