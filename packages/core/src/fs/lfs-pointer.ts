const firstLine = 'version https://git-lfs.github.com/spec/v1';

/**
 * Whether bytes are a Git LFS pointer, which stands in for a file that was not fetched.
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md (2026-11-22).
 */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, firstLine.length)).toString('latin1') === firstLine;
}

/** A clause that follows the name of the file. */
export const lfsRemedy = 'is a Git LFS pointer and not the file itself; run git lfs pull';

/** The sha-256 that a pointer names; `null`: it names none. */
export function lfsObject(bytes: Uint8Array): string | null {
  return /^oid sha256:([0-9a-f]{64})$/m.exec(Buffer.from(bytes).toString('latin1'))?.[1] ?? null;
}
