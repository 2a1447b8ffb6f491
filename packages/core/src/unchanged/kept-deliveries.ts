import type { Context } from '../context.ts';
import { formats } from '../fields.ts';
import { sha256 } from '../hash.ts';
import { cacheKeys } from '../cache/cache-keys.ts';
import type { FileEntry } from '../cache/variant-cache.ts';
import type { CachedVariants, KeptVariants } from '../image/derive-variants.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import type { Preview, Sha256 } from '../types.ts';
import { isSealed, sealOf } from '../cache/seal.ts';
import { writeWhole } from '../fs/write-whole.ts';
import { maxKeptBytes, pathOf } from './kept-plan.ts';

/**
 * What the images of a plan became in the cache, by their names, kept beside the plan: a run of the same plan need not make
 * a key for each file, nor read the index. It is what was true then: what has become of the bytes since is seen when they
 * are asked for, as with the index.
 */
export interface KeptDeliveries {
  readonly find: (name: string) => KeptVariants | null;
  /** Notes what an image became in this run. */
  readonly add: (name: string, variants: CachedVariants) => void;
  /** Keeps what was noted, where it is not kept already. Never throws: without it, the next run asks the index. */
  readonly close: () => void;
}

/** `fingerprint`: the plan's; `null`: nothing is known of it, so nothing is kept. */
export function keptDeliveries(
  context: Context,
  ids: readonly string[],
  fingerprint: string | null,
): KeptDeliveries {
  if (fingerprint === null) return { find: () => null, add: () => {}, close: () => {} };
  const path = `${pathOf(context, ids)}.deliveries`;
  const head = JSON.stringify([fingerprint, keysDigest(context.config.effort)]);
  let opened: Map<string, Line> | undefined;
  const lines = () => (opened ??= readKept(path, head));
  const recalled = new Map<string, KeptVariants>();
  const noted = new Map<string, CachedVariants>();
  return {
    find: (name) => {
      const line = lines().get(name);
      if (line === undefined) return null;
      const variants = unpack(line);
      recalled.set(name, variants);
      return variants;
    },
    add: (name, variants) => noted.set(name, variants),
    close: () => {
      const changed = [...noted].filter(([name, now]) => !isSame(recalled.get(name), now));
      if (changed.length === 0) return;
      for (const [name, variants] of changed) {
        const line = pack(variants);
        if (line === null) lines().delete(name);
        else lines().set(name, line);
      }
      const body = `${head}\n${JSON.stringify([...lines()])}`;
      try {
        writeWhole(path, `${sealOf(path, body)}\n${body}`);
      } catch {
        // The next run asks the index again.
      }
    },
  };
}

/** Whether the files are those that were recalled, and nothing new was seen of them since. */
function isSame(recalled: KeptVariants | undefined, { files }: CachedVariants): boolean {
  return files.every((file, index) => {
    const entry = file.entry();
    return entry !== null && entry === recalled?.entries[index];
  });
}

/** The file: the seal of all that follows, what it was kept for, and a line an image. Empty at any doubt. */
function readKept(path: string, head: string): Map<string, Line> {
  try {
    const text = readRegularSync(path, maxKeptBytes).toString('utf8');
    const sealEnd = text.indexOf('\n');
    const body = text.slice(sealEnd + 1);
    if (body.startsWith(`${head}\n`) && isSealed(path, body, text.slice(0, sealEnd))) {
      return new Map(JSON.parse(body.slice(head.length)) as [string, Line][]);
    }
  } catch {
    // There is none, or none that can be read.
  }
  return new Map();
}

/** A preview, and of each file what the index has of it: flat, for there are thousands. */
type Line = readonly [Preview['placeholder'], Preview['color'], ...(Sha256 | number)[]];

function pack({ files, preview }: CachedVariants): Line | null {
  const entries = files.map((file) => file.entry());
  if (!entries.every((entry) => entry !== null)) return null;
  const flat = entries.flatMap(({ sha256: sum, bytes, mtimeMs, ino }) => [
    sum,
    bytes,
    mtimeMs,
    ino,
  ]);
  return [preview.placeholder, preview.color, ...flat];
}

function unpack([placeholder, color, ...flat]: Line): KeptVariants {
  const entries: FileEntry[] = [];
  for (let at = 0; at < flat.length; at += 4) {
    const [sum, bytes, mtimeMs, ino] = flat.slice(at, at + 4) as [Sha256, number, number, number];
    entries.push({ sha256: sum, bytes, mtimeMs, ino });
  }
  return { entries, preview: { placeholder, color } };
}

/** Another one as soon as the keys of the same files are others: for another encoder, or other settings. */
function keysDigest(effort: number): Sha256 {
  const size = { width: 1, height: 1 };
  const source = { sha256: sha256(''), ...size, hasAlpha: false, isStandIn: false };
  const specs = formats.flatMap((format) =>
    [0, 50, 100].map((compression) => ({ file: '', format, compression, ...size, crop: null })),
  );
  return sha256(
    cacheKeys({ ...source, read: () => Promise.resolve(new Uint8Array()) }, specs, effort).join(),
  );
}
