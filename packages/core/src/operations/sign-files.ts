import type { CachedFile, VariantCache } from '../cache/variant-cache.ts';
import { type Context, report } from '../context.ts';
import { readContentCredentials } from '../content-credentials/read-content-credentials.ts';
import { TintypeError } from '../errors.ts';
import type { DerivedVariants } from '../image/derive-variants.ts';
import type { Original } from '../purchase/original.ts';
import { type FileToSign, openSigner, type OriginalToSign, signedKey } from '../signer.ts';
import type { EncodedFile, Sha256, VariantSpec } from '../types.ts';

/** Puts content credentials into files before they are delivered. What was signed once is in the cache, so it keeps its bytes. */
export interface FileSigning {
  /** The files as they are delivered, as far as the cache knows them. `null`: one has to be signed. */
  readonly find: (original: Original, derived: DerivedVariants) => readonly EncodedFile[] | null;
  /** The files as they are delivered. What is not in the cache is signed or, without a key, stays as it is. */
  readonly sign: (original: Original, derived: DerivedVariants) => Promise<readonly EncodedFile[]>;
  /** Warns about files that are delivered without credentials. Call it once, at the end. */
  readonly close: () => void;
}

const noSigning: FileSigning = {
  find: (_, { encoded }) => encoded,
  sign: async (_, { encoded }) => encoded,
  close: () => {},
};

/** Rejects with a TintypeError `config` if the signer is set up wrongly. */
export async function openFileSigning(context: Context, cache: VariantCache): Promise<FileSigning> {
  const signer = await openSigner(context);
  if (signer === null) return noSigning;
  const { identity, formats, sign, problem } = signer;
  const unsigned = new Set<string>();

  /** A file and where its signed form is in the cache; `null`: it is not signed. */
  const toSign = ({ record }: Original, { encoded, keyOf }: DerivedVariants) =>
    encoded.map((file, index) => {
      const isSigned = record !== null && formats.includes(file.spec.format);
      const key = isSigned && identity !== null ? signedKey(keyOf(index), identity) : null;
      return { file, isSigned, key, known: key === null ? null : cache.find(key) };
    });

  const signFile = async (
    key: Sha256,
    file: EncodedFile,
    { ai }: Original,
    readOriginal: () => Promise<OriginalToSign>,
  ) => {
    const fetching = await cache.fetch(
      [{ kind: 'variant', key, maxBytes: file.bytes + maxCredentialBytes }],
      'in-turn',
    );
    try {
      const fetched = cache.find(key);
      if (fetched !== null || sign === null) return fetched;
      await fetching.stop(key);
      return (
        cache.find(key) ??
        (await cache.put(key, await sign(await fileToSign(file, ai, await readOriginal()))))
      );
    } finally {
      fetching.end();
    }
  };

  return {
    find: (original, derived) => {
      const files = toSign(original, derived);
      if (files.some(({ key, known }) => key !== null && known === null)) return null;
      return files.map(({ file, known }) => (known === null ? file : new SignedFile(file, known)));
    },

    sign: async (original, derived) => {
      const files: EncodedFile[] = [];
      let reading: Promise<OriginalToSign> | undefined;
      // Once for all files, and only if one of them has to be signed.
      const readOriginal = () => (reading ??= originalToSign(original));
      for (const { file, isSigned, key, known } of toSign(original, derived)) {
        const signed =
          known ?? (key === null ? null : await signFile(key, file, original, readOriginal));
        if (isSigned && signed === null) unsigned.add(file.spec.file);
        files.push(signed === null ? file : new SignedFile(file, signed));
      }
      return files;
    },

    close: () => {
      if (unsigned.size === 0) return;
      const count = unsigned.size === 1 ? '1 file has' : `${unsigned.size} files have`;
      const message = `${count} no content credentials, because ${problem}. They are delivered as they are; a run that has the key signs them`;
      report(context, { type: 'warning', code: 'not-signed', message });
    },
  };
}

/** Those of an original, which a file repeats, are at most 16 MB. */
const maxCredentialBytes = 20_000_000;

async function originalToSign({ source, record }: Original): Promise<OriginalToSign> {
  const bytes = await source.read();
  return { bytes, format: record!.original.format, credentials: readContentCredentials(bytes) };
}

async function fileToSign(
  file: EncodedFile,
  { model, digitalSourceType }: Original['ai'],
  original: OriginalToSign,
): Promise<FileToSign> {
  return {
    bytes: await file.read(),
    format: file.spec.format,
    original,
    model: model === 'unknown' ? null : model,
    digitalSourceType,
    isCropped: file.spec.crop !== null,
  };
}

/** A signed file in the cache. */
class SignedFile implements EncodedFile {
  readonly spec: VariantSpec;
  readonly bytes: number;
  readonly sha256: Sha256;
  readonly isQuick: boolean;
  readonly #file: CachedFile;

  constructor({ spec, isQuick }: EncodedFile, file: CachedFile) {
    this.spec = spec;
    this.bytes = file.bytes;
    this.sha256 = file.sha256;
    this.isQuick = isQuick;
    this.#file = file;
  }

  async read(): Promise<Uint8Array> {
    return (await this.#file.read()) ?? this.#isLost();
  }

  async linkTo(path: string): Promise<void> {
    if (!(await this.#file.linkTo(path))) this.#isLost();
  }

  #isLost(): never {
    throw new TintypeError(
      'encode',
      `${this.spec.file} was damaged in the cache, and signing it again gives other bytes. The cache is repaired: run again.`,
    );
  }
}
