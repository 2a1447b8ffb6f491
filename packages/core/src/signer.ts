import { canonicalJson, sha256 } from './hash.ts';
import { isMap } from './plain-checks.ts';
import type { Env } from './process/env-files.ts';
import type { ContentCredentials, Format, Sha256 } from './types.ts';

/** Writes content credentials into files: `contentCredentials(…)` of `@tintype/content-credentials`. */
export interface Signer {
  /** What messages call it. */
  readonly label: string;
  /** Throws a TintypeError `config` if it is set up wrongly. Without a key it opens, and cannot sign. */
  readonly open: (project: SigningProject) => Promise<OpenSigner>;
}

export interface SigningProject {
  /** Absolute. */
  readonly root: string;
  /** The person's own environment, without `.env` files. */
  readonly env: Env;
}

export interface OpenSigner {
  /** Changes when anything does that decides what is written into a file, such as the certificate. `null`: there is no certificate. */
  readonly identity: string | null;
  /** The formats that it can sign. */
  readonly formats: readonly Format[];
  /** `null`: it cannot sign now, because of `problem`. */
  readonly sign: ((file: FileToSign) => Promise<Uint8Array>) | null;
  /** A clause such as `TINTYPE_SIGNING_KEY is not set`; `null`: it can sign. */
  readonly problem: string | null;
}

/** A file of a picture that was bought. */
export interface FileToSign {
  readonly bytes: Uint8Array;
  readonly format: Format;
  /** What it was made from. The files of a picture have the same object. */
  readonly original: OriginalToSign;
  /** The model that made it; `null`: unknown. */
  readonly model: string | null;
  /** As in `AiProvenance`. */
  readonly digitalSourceType: string;
  readonly isCropped: boolean;
}

export interface OriginalToSign {
  /** As they were bought, byte by byte. */
  readonly bytes: Uint8Array;
  readonly format: string;
  /** What it says about itself; `null`: it has no content credentials. */
  readonly credentials: ContentCredentials | null;
}

/** `null`: files are not signed. Rejects with a TintypeError `config` if the signer is set up wrongly. */
export async function openSigner({ config, realEnv }: SigningContext): Promise<OpenSigner | null> {
  return config.signer === null ? null : config.signer.open({ root: config.root, env: realEnv });
}

/** The part of a run's context that decides whether and how files are signed. */
interface SigningContext {
  readonly config: { readonly signer: Signer | null; readonly root: string };
  readonly realEnv: Env;
}

export function isSigner(value: unknown): value is Signer {
  return isMap(value) && typeof value['label'] === 'string' && typeof value['open'] === 'function';
}

/** The cache key of a signed file, after the key of the file that it was made from. */
export function signedKey(key: Sha256, identity: string): Sha256 {
  return sha256(canonicalJson({ file: key, signedBy: identity }));
}
