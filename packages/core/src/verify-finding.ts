import type { Key } from './types.ts';

/** The kinds of findings about the store and the cache. */
export type VerifyCode =
  // the store: errors
  | 'record-damaged'
  | 'original-damaged'
  | 'original-missing'
  | 'rejected-damaged'
  | 'rejected-missing'
  | 'attempt-damaged'
  | 'refusal-damaged'
  | 'batch-damaged'
  | 'changed-by-git'
  // the store: notes
  | 'original-unnamed'
  | 'attempt-left'
  | 'batch-open'
  | 'bought-twice'
  | 'pin-damaged'
  | 'not-ours'
  // the cache: an error, which is repaired
  | 'variant-damaged';

/** What `tintype verify` found at a file. */
export interface VerifyFinding {
  /** A `note` is worth mentioning, but nothing is wrong. */
  readonly severity: 'error' | 'note';
  readonly code: VerifyCode;
  /** Relative to the project's root, with `/`; while it is still in the store or the cache, relative to that folder. */
  readonly path: string;
  /** What is wrong with the file, and what to do. */
  readonly message: string;
  /** The key of the record that it is about; absent if it is about none. */
  readonly key?: Key;
  /** The images that are made from it, as far as the manifests can be read. */
  readonly imageIds?: readonly string[];
}

/** How much was checked. */
export interface Checked {
  readonly files: number;
  readonly bytes: number;
}
