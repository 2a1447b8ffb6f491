import { TintypeError } from '../errors.ts';
import type {
  Crop,
  EncodedFile,
  FileFields,
  FormatSpec,
  Preview,
  Sha256,
  Source,
  VariantSpec,
} from '../types.ts';
import { encodePicture } from './encode-picture.ts';
import { encodeQueue } from './encode-queue.ts';
import { type EncoderSettings, settledSettings } from './encoder-settings.ts';
import { makePreview } from './make-preview.ts';
import { openPicture, type OpenPicture } from './open-picture.ts';
import { provenanceXmp } from './provenance.ts';
import type { FileEntry } from './cache-layout.ts';
import type { CachedFile, VariantCache } from './variant-cache.ts';
import { previewKey, variantKey } from './variant-key.ts';
import type { Lane } from './work-queue.ts';

export interface DeriveOptions {
  readonly cache: VariantCache;
  /** How a file is encoded; a run has its own `effort` in it. */
  readonly settings: (spec: FormatSpec) => EncoderSettings;
  readonly placeholder: FileFields['placeholder'];
  /**
   * Whether somebody waits for it, as a page does in dev.
   * @default 'in-turn'
   */
  readonly lane?: Lane;
}

export interface DerivedVariants {
  /** In the order of the specs. */
  readonly encoded: readonly EncodedFile[];
  readonly preview: Preview;
  /** The files as the cache has them, in the same order, and what the cache has beside them. */
  readonly cached: CachedVariants;
}

/** What the cache has of a picture. `preview` is whole, whatever was asked for. */
export interface CachedVariants {
  readonly files: readonly CachedFile[];
  readonly preview: Preview;
}

/**
 * A picture's files and preview, from the cache as far as they are there: `source.read` is called, and sharp loaded, only
 * where one is not. Throws a TintypeError `encode`, or what `source.read` throws. May be called for any number of
 * pictures at once: the process-wide queues see to processors and memory.
 */
export async function deriveVariants(
  source: Source,
  specs: readonly VariantSpec[],
  options: DeriveOptions,
): Promise<DerivedVariants> {
  const { cache, lane = 'in-turn' } = options;
  const found = look(source, specs, options);
  const { variants, files, crop, keyOfPreview } = found;
  let { preview } = found;

  const missing = variants.filter((variant) => !files.has(variant));
  if (missing.length > 0 || preview === null) {
    const found = preview;
    preview = await openPicture(source, lane, async (picture) => {
      const shown =
        found === null
          ? encodeQueue(async () => makePreview(await picture.at(crop)), { lane })
          : Promise.resolve(found);
      const encodes = missing.toSorted(cheapestFirst).map(async (variant) => {
        files.set(variant, await cache.put(variant.key(), await encode(picture, variant, lane)));
      });
      await allDone([shown, ...encodes]);
      return shown;
    });
    if (found === null) await cache.putPreview(keyOfPreview, preview);
  }

  return derived(source, { variants, files, preview }, options);
}

/** The same, as far as the cache's index knows all of it: no file and no picture is touched. `null`: something is missing. */
export function findVariants(
  source: Source,
  specs: readonly VariantSpec[],
  options: DeriveOptions,
): DerivedVariants | null {
  const { variants, files, preview } = look(source, specs, options);
  return files.size < variants.length || preview === null
    ? null
    : derived(source, { variants, files, preview }, options);
}

/**
 * The same, of a picture whose files an earlier run had from the cache, by what was kept of them then: no key is made, and
 * the index is not read. `null`: it was kept of other files.
 */
export function recallVariants(
  source: Source,
  specs: readonly VariantSpec[],
  { entries, preview }: KeptVariants,
  options: DeriveOptions,
): DerivedVariants | null {
  if (entries.length !== specs.length) return null;
  const variants = specs.map((spec) => toVariant(source, spec, options.settings));
  const files = variants.map(
    (variant, index) => [variant, options.cache.recall(variant.key, entries[index]!)] as const,
  );
  return derived(source, { variants, files: new Map(files), preview }, options);
}

/** `CachedVariants` as they are written down. */
export interface KeptVariants {
  readonly entries: readonly FileEntry[];
  readonly preview: Preview;
}

/** What the cache was found to have. */
interface Cached {
  readonly variants: readonly Variant[];
  readonly files: Map<Variant, CachedFile>;
  readonly crop: Crop | null;
  readonly keyOfPreview: Sha256;
  readonly preview: Preview | null;
}

function look(
  source: Source,
  specs: readonly VariantSpec[],
  { cache, settings, placeholder }: DeriveOptions,
): Cached {
  const variants = specs.map((spec) => toVariant(source, spec, settings));
  const files = new Map<Variant, CachedFile>();
  for (const variant of variants) {
    const file = cache.find(variant.key());
    if (file !== null) files.set(variant, file);
  }
  // An image has one crop, and its preview shows what its files show.
  const crop = specs[0]?.crop ?? null;
  const keyOfPreview = previewKey(source, crop);
  const preview = placeholder === 'none' ? NO_PREVIEW : cache.findPreview(keyOfPreview);
  return { variants, files, crop, keyOfPreview, preview };
}

function derived(
  source: Source,
  { variants, files, preview }: Pick<Cached, 'variants' | 'files'> & { readonly preview: Preview },
  { cache, placeholder }: DeriveOptions,
): DerivedVariants {
  return {
    encoded: variants.map((variant) => toEncodedFile(source, variant, files.get(variant)!, cache)),
    preview: placeholder === 'blur' ? preview : { ...preview, placeholder: null },
    cached: { files: variants.map((variant) => files.get(variant)!), preview },
  };
}

/** A file to encode, with all that decides its bytes, and the key that this comes to: made when it is asked for. */
interface Variant {
  readonly spec: VariantSpec;
  readonly settings: () => EncoderSettings;
  readonly isStandIn: boolean;
  readonly key: () => Sha256;
}

const NO_PREVIEW: Preview = { placeholder: null, color: null };

function toVariant(
  source: Source,
  spec: VariantSpec,
  settingsOf: DeriveOptions['settings'],
): Variant {
  const settings = () => settingsOf(spec);
  let key: Sha256 | undefined;
  return {
    spec,
    settings,
    isStandIn: source.isStandIn,
    key: () => (key ??= variantKey(source, spec, settings())),
  };
}

/** Small before large, and AVIF last: it takes longer than all the others together, which need not wait for it. */
function cheapestFirst(a: Variant, b: Variant): number {
  const isAvif = ({ spec }: Variant) => Number(spec.format === 'avif');
  return isAvif(a) - isAvif(b) || a.spec.width * a.spec.height - b.spec.width * b.spec.height;
}

async function encode(
  picture: OpenPicture,
  { spec, settings, isStandIn }: Variant,
  lane: Lane,
): Promise<Uint8Array> {
  const encodeNow = async () =>
    encodePicture(
      await picture.at(spec.crop, spec),
      settledSettings(settings(), picture.hasSharpColour),
      provenanceXmp(isStandIn),
      spec.file,
    );
  return encodeQueue(encodeNow, { lane });
}

/** Waits for all, so that nothing goes on behind a failure; then throws the first. */
async function allDone(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

function toEncodedFile(
  source: Source,
  variant: Variant,
  file: CachedFile,
  cache: VariantCache,
): EncodedFile {
  return {
    spec: variant.spec,
    bytes: file.bytes,
    sha256: file.sha256,
    read: async () => {
      const bytes = await file.read();
      if (bytes !== null) return bytes;
      const again = await encodeAgain(source, variant, file.sha256, cache);
      return again.bytes;
    },
    linkTo: async (path) => {
      if (await file.linkTo(path)) return;
      const again = await encodeAgain(source, variant, file.sha256, cache);
      if (!(await again.file.linkTo(path))) throw new Error(`${path}: the cache lost it twice`);
    },
  };
}

/** For cached bytes that turn out to be damaged when they are needed. */
async function encodeAgain(
  source: Source,
  variant: Variant,
  expected: Sha256,
  cache: VariantCache,
): Promise<{ readonly bytes: Uint8Array; readonly file: CachedFile }> {
  // Its file was to be there: whoever reads it waits.
  const lane = 'waited-for';
  const bytes = await openPicture(source, lane, (picture) => encode(picture, variant, lane));
  const file = await cache.put(variant.key(), bytes);
  if (file.sha256 === expected) return { bytes, file };
  throw new TintypeError(
    'encode',
    `${variant.spec.file} was damaged in the cache and came out different when encoded again. ` +
      'The cache is right now: run again.',
  );
}
