/**
 * Detaches the buffer of these bytes, which frees its memory at once; do not use them afterwards. Otherwise megabytes wait
 * for the garbage collector: a cold run takes 5 to 9 % more memory at its peak (`bench/cold.ts`, 2026-11-28). Bytes that
 * share a buffer with others stay.
 */
export function releaseBuffer({ buffer, byteLength }: Uint8Array): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isAlone && !buffer.detached) buffer.transfer(0);
}
