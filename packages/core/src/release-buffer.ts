/**
 * Detaches the buffer of these bytes, which frees its memory at once; do not use the bytes afterwards. Without this, megabytes
 * wait for the garbage collector, and a cold run takes 5 to 9 % more memory at its peak (`bench/cold.ts`, 2026-11-28). Does
 * nothing if the bytes share their buffer with others.
 */
export function releaseBuffer({ buffer, byteLength }: Uint8Array): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isAlone && !buffer.detached) buffer.transfer(0);
}
