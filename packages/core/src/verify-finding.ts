import type { Key } from './types.ts';

/** Every way in which the store or the cache can be wrong or worth mentioning. */
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
  // the cache: an error, and healed
  | 'variant-damaged';

/** What `tintype verify` found at a file. */
export interface VerifyFinding {
  /** A `note` is worth mentioning, and nothing is wrong. */
  readonly severity: 'error' | 'note';
  readonly code: VerifyCode;
  /** From the project's root, with `/`; within a stage, from the stage's own folder. */
  readonly path: string;
  /** What is wrong with the file, and what to do. */
  readonly message: string;
  /** Of the record that it is about, if it is about one. */
  readonly key?: Key;
  /** The images that are made from it, as far as the manifests can be read. */
  readonly imageIds?: readonly string[];
}

/** How much was looked at. */
export interface Checked {
  readonly files: number;
  readonly bytes: number;
}
