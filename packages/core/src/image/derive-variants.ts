import { TintypeError } from '../errors.ts';
import type {
  Crop,
  Cut,
  EncodedFile,
  FileFields,
  Preview,
  RawPicture,
  Sha256,
  Source,
  VariantSpec,
} from '../types.ts';
import { encodePicture } from './encode-picture.ts';
import { encodeQueue } from './encode-queue.ts';
import { type EncoderSettings, resolveSettings } from './encoder-settings.ts';
import type { Encodings } from './encoding-speed.ts';
import { makePreview } from './make-preview.ts';
import { openPicture, type OpenPicture, pictureTurn } from './open-picture.ts';
import { stackFrames } from './animation.ts';
import { isMoving } from './is-moving.ts';
import { provenanceXmp } from './provenance.ts';
import { encodeSvg } from './svg/encode-svg.ts';
import {
  type CachedFile,
  type FileEntry,
  type Fetching,
  maxPreviewBytes,
  type VariantCache,
  type EntryToFetch,
} from '../cache/variant-cache.ts';
import { transparencyOf } from './raw-picture.ts';
import { previewKey, variantKey } from '../cache/variant-key.ts';
import type { Lane } from './work-queue.ts';

export interface DeriveOptions {
  readonly cache: VariantCache;
  readonly settings: Encodings['settings'];
  /** @default there are none */
  readonly better?: Encodings['better'];
  /** @default there are none */
  readonly spare?: Encodings['spare'];
  readonly placeholder: FileFields['placeholder'];
  /** When it is aborted, no more pictures are opened. @default never */
  readonly signal?: AbortSignal;
  /** When it is aborted, no more files of an open picture are encoded. @default never */
  readonly fileSignal?: AbortSignal;
  /** `waited-for` if something is waiting for the file, for example a page in dev. @default 'in-turn' */
  readonly lane?: Lane;
  /** Called when a JPEG is made of a partly transparent picture, which is put on white. @default no call */
  readonly onFlattened?: (spec: VariantSpec, transparency: 'slight' | 'visible') => void;
  /** Called when everything that was missing of a picture is in the cache. @default no call */
  readonly onCompleted?: () => Promise<void>;
}

export interface DerivedVariants {
  /** In the order of the specs. */
  readonly encoded: readonly EncodedFile[];
  /** The cache key of one of them. */
  readonly keyOf: (index: number) => Sha256;
  readonly preview: Preview;
  /** The same files in the cache, in the same order, with the picture's preview. */
  readonly cached: CachedVariants;
}

/** Everything that the cache has for a picture. `preview` always has all members, whichever were asked for. */
export interface CachedVariants {
  readonly files: readonly CachedFile[];
  /** The indexes of files that have the better settings. */
  readonly better: readonly number[];
  readonly preview: Preview;
}

/**
 * Returns a picture's files and preview, from the cache if they are there. It calls `source.read` and loads sharp only if one
 * is missing. Throws a TintypeError `encode`, the error of `source.read`, or the signal's reason. It may be called for any number
 * of pictures at once, because process-wide queues limit CPU and memory.
 */
export async function deriveVariants(
  source: Source,
  specs: readonly VariantSpec[],
  options: DeriveOptions,
): Promise<DerivedVariants> {
  const found = lookUp(source, specs, options);
  if (isIncomplete(found)) {
    await complete(source, found, options);
    await options.onCompleted?.();
  }
  return derived(found.variants, inOrder(found), found.preview!, options);
}

/** Fetches or encodes what is missing. */
async function complete(source: Source, found: Cached, options: DeriveOptions): Promise<void> {
  const { cache, signal, lane = 'in-turn' } = options;
  const fetching = await cache.fetch(entriesToFetch(found), lane);
  try {
    lookUpMissing(found, options);
    if (!isIncomplete(found)) return;
    const isMade = await pictureTurn(source, lane, async () => {
      signal?.throwIfAborted();
      if (await fetching.isMadeElsewhere()) return false;
      await openPicture(source, lane, (picture) =>
        encodeMissing(picture, found, fetching, options),
      );
      return true;
    });
    if (isMade) return;
  } finally {
    fetching.end();
  }
  lookUpMissing(found, options);
  await complete(source, found, options);
}

/** The missing entries. The preview comes first, because it is made first. */
function entriesToFetch(found: Cached): EntryToFetch[] {
  const { keyOfPreview, preview } = found;
  return [
    ...(preview === null
      ? [{ kind: 'preview' as const, key: keyOfPreview, maxBytes: maxPreviewBytes }]
      : []),
    ...missingOf(found).map((variant) => ({
      kind: 'variant' as const,
      key: variant.key(),
      maxBytes: maxFileBytes(variant),
    })),
  ];
}

/** In the order in which they are encoded. */
function missingOf({ variants, files }: Cached): Variant[] {
  return variants.filter((variant) => !files.has(variant)).toSorted(cheapestFirst);
}

/** No encoder makes a file larger than the pixels, plus headers and metadata. */
function maxFileBytes({ source, spec }: Variant): number {
  const frames = isMoving(source, spec) ? source.frames! : 1;
  return spec.width * spec.height * frames * 4 + 65_536;
}

/** Encodes what is missing, except for entries that have been fetched when their turn comes. */
async function encodeMissing(
  picture: OpenPicture,
  found: Cached,
  fetching: Fetching,
  { cache, fileSignal, lane = 'in-turn', onFlattened }: DeriveOptions,
): Promise<void> {
  const { files, crop, keyOfPreview } = found;
  const shown = found.preview === null ? [show()] : [];
  const encodes = missingOf(found).map(async (variant) => {
    const key = variant.key();
    const makeOnce = async () => {
      fileSignal?.throwIfAborted();
      await fetching.stop(key);
      return cache.find(key) ?? encode(picture, variant, onFlattened);
    };
    const result = await encodeQueue(makeOnce, { lane });
    files.set(variant, result instanceof Uint8Array ? await cache.put(key, result) : result);
    const spare = variant.spare();
    if (spare === null || !(result instanceof Uint8Array)) return;
    await encodeQueue(
      async () => {
        const key = spare.key();
        if (cache.find(key) === null) await cache.put(key, await encode(picture, spare));
      },
      { lane },
    );
  });
  await allDone([...shown, ...encodes]);

  async function show(): Promise<void> {
    const makeOnce = async () => {
      await fetching.stop(keyOfPreview);
      const fetched = cache.findPreview(keyOfPreview);
      if (fetched !== null) return fetched;
      const preview = await makePreview(await picture.at(crop));
      await cache.putPreview(keyOfPreview, preview);
      return preview;
    };
    found.preview = await encodeQueue(makeOnce, { lane });
  }
}

/** Finds the variants in the cache's index, without reading a file or a picture. `null`: something is missing. */
export function findVariants(
  source: Source,
  specs: readonly VariantSpec[],
  options: DeriveOptions,
): DerivedVariants | null {
  const found = lookUp(source, specs, options);
  const { variants, preview } = found;
  return preview === null || isIncomplete(found)
    ? null
    : derived(variants, inOrder(found), preview, options);
}

/** Restores the variants from an earlier run's snapshot, without making a key or reading the index. `null`: the snapshot has other files. */
export function restoreVariants(
  source: Source,
  specs: readonly VariantSpec[],
  { entries, better, preview }: RestorableVariants,
  options: DeriveOptions,
): DerivedVariants | null {
  if (entries.length !== specs.length) return null;
  const variants = specs.map((spec) => new Variant(source, spec, options));
  for (const index of better) variants[index]!.isBetter = true;
  const files = variants.map((variant, index) =>
    options.cache.restore(() => variant.key(), entries[index]!),
  );
  return derived(variants, files, preview, options);
}

/** `CachedVariants` as a snapshot stores them. */
export interface RestorableVariants {
  readonly entries: readonly FileEntry[];
  /** As in `CachedVariants`. */
  readonly better: readonly number[];
  readonly preview: Preview;
}

/** The variants of a picture, and those parts of them that are in the cache. */
interface Cached {
  readonly variants: readonly Variant[];
  readonly files: Map<Variant, CachedFile>;
  readonly crop: Crop | Cut | null;
  readonly keyOfPreview: Sha256;
  preview: Preview | null;
}

function lookUp(source: Source, specs: readonly VariantSpec[], options: DeriveOptions): Cached {
  const variants = specs.map((spec) => new Variant(source, spec, options));
  // An image has one crop, and its preview shows what its files show.
  const crop = specs[0]?.crop ?? null;
  const keyOfPreview = previewKey(source, crop);
  const found = { variants, files: new Map(), crop, keyOfPreview, preview: null };
  lookUpMissing(found, options);
  return found;
}

/** Looks up in the cache what is still missing. */
function lookUpMissing(found: Cached, { cache, placeholder }: DeriveOptions): void {
  for (const variant of found.variants) {
    const file = found.files.has(variant) ? null : variant.findIn(cache);
    if (file !== null) found.files.set(variant, file);
  }
  found.preview ??= placeholder === 'none' ? noPreview : cache.findPreview(found.keyOfPreview);
}

function isIncomplete({ variants, files, preview }: Cached): boolean {
  return files.size < variants.length || preview === null;
}

function inOrder({ variants, files }: Cached): CachedFile[] {
  return variants.map((variant) => files.get(variant)!);
}

function derived(
  variants: readonly Variant[],
  files: readonly CachedFile[],
  preview: Preview,
  { cache, placeholder }: DeriveOptions,
): DerivedVariants {
  return {
    encoded: variants.map((variant, index) => new EncodedVariant(variant, files[index]!, cache)),
    keyOf: (index) => variants[index]!.key(),
    preview: placeholder === 'blur' ? preview : { ...preview, placeholder: null },
    cached: {
      files,
      better: variants.flatMap(({ isBetter }, index) => (isBetter ? [index] : [])),
      preview,
    },
  };
}

/**
 * A file to encode, with everything that decides its bytes, and its cache key, which is computed only when needed. It is a
 * class because a build holds tens of thousands of them, and closures take more memory.
 */
class Variant {
  readonly source: Source;
  readonly spec: VariantSpec;
  /** Whether the file that was found has the better settings. Only `findIn` and a snapshot say so. */
  isBetter = false;
  readonly #options: DeriveOptions;
  #key: Sha256 | undefined;

  constructor(source: Source, spec: VariantSpec, options: DeriveOptions) {
    this.source = source;
    this.spec = spec;
    this.#options = options;
  }

  settings(): EncoderSettings {
    return (this.isBetter ? this.#better() : null) ?? this.#options.settings(this.spec);
  }

  key(): Sha256 {
    this.#key ??= variantKey(this.source, this.spec, this.settings());
    return this.#key;
  }

  /** Takes the better file if the cache has it. `null`: it has neither. */
  findIn(cache: VariantCache): CachedFile | null {
    const settings = this.#better();
    const key = settings === null ? null : variantKey(this.source, this.spec, settings);
    const better = key === null ? null : cache.findKnown(key);
    if (key === null || better === null) return cache.find(this.key());
    this.isBetter = true;
    this.#key = key;
    return better;
  }

  /** Whether a thorough run would make a smaller file. */
  isQuick(): boolean {
    return !this.isBetter && this.#better() !== null;
  }

  /** The same file with the spare settings. */
  spare(): Variant | null {
    const settings = this.#options.spare?.(this.spec) ?? null;
    if (settings === null) return null;
    const { cache, placeholder } = this.#options;
    return new Variant(this.source, this.spec, { cache, placeholder, settings: () => settings });
  }

  #better(): EncoderSettings | null {
    return this.#options.better?.(this.spec) ?? null;
  }
}

const noPreview: Preview = { placeholder: null, color: null };

/** Small files first and AVIF last, because AVIF takes longer than all other formats together. */
function cheapestFirst(a: Variant, b: Variant): number {
  const isAvif = ({ spec }: Variant) => Number(spec.format === 'avif');
  return isAvif(a) - isAvif(b) || a.spec.width * a.spec.height - b.spec.width * b.spec.height;
}

async function encode(
  picture: OpenPicture,
  variant: Variant,
  onFlattened: DeriveOptions['onFlattened'] = () => {},
): Promise<Uint8Array> {
  const { spec, source } = variant;
  const settings = variant.settings();
  if (settings.format === 'svg') return encodeSvg(source, settings, spec.file);
  const { timing } = isMoving(source, spec) ? picture : { timing: null };
  const sized =
    timing === null ? await picture.at(spec.crop, spec) : await allFrames(picture, spec);
  const transparency = spec.format === 'jpeg' ? transparencyOf(sized) : 'none';
  if (transparency !== 'none') onFlattened(spec, transparency);
  return encodePicture(
    sized,
    await resolveSettings(settings, () => picture.content(spec.crop, spec)),
    provenanceXmp(source.isStandIn),
    spec.file,
    timing,
  );
}

/** One after the other, because this task holds only one slot of the queue. */
async function allFrames({ at, timing }: OpenPicture, spec: VariantSpec): Promise<RawPicture> {
  const frames: RawPicture[] = [];
  for (const frame of timing!.delays.keys()) frames.push(await at(spec.crop, spec, frame));
  return stackFrames(frames);
}

/** Waits for all tasks, so that none continues after a failure; then throws the first error. */
async function allDone(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** An encoded file in the cache. It is encoded again if its bytes turn out to be damaged when they are read. */
class EncodedVariant implements EncodedFile {
  readonly spec: VariantSpec;
  readonly bytes: number;
  readonly sha256: Sha256;
  readonly isQuick: boolean;
  readonly #variant: Variant;
  readonly #file: CachedFile;
  readonly #cache: VariantCache;

  constructor(variant: Variant, file: CachedFile, cache: VariantCache) {
    this.spec = variant.spec;
    this.bytes = file.bytes;
    this.sha256 = file.sha256;
    this.isQuick = variant.isQuick();
    this.#variant = variant;
    this.#file = file;
    this.#cache = cache;
  }

  async read(): Promise<Uint8Array> {
    return (await this.#file.read()) ?? (await this.#encodeAgain()).bytes;
  }

  async linkTo(path: string): Promise<void> {
    if (await this.#file.linkTo(path)) return;
    const { file } = await this.#encodeAgain();
    if (!(await file.linkTo(path))) throw new Error(`${path}: the cache lost it twice`);
  }

  async #encodeAgain(): Promise<{ readonly bytes: Uint8Array; readonly file: CachedFile }> {
    // The file should have been in the cache, so its reader is waiting.
    const lane = 'waited-for';
    const variant = this.#variant;
    const { source } = variant;
    const bytes = await pictureTurn(source, lane, async () =>
      openPicture(source, lane, async (picture) =>
        encodeQueue(async () => encode(picture, variant), { lane }),
      ),
    );
    const file = await this.#cache.put(variant.key(), bytes);
    if (file.sha256 === this.sha256) return { bytes, file };
    throw new TintypeError(
      'encode',
      `${this.spec.file} was damaged in the cache, and encoding it again gave different bytes. ` +
        'The cache is repaired: run again.',
    );
  }
}
