/**
 * Gives the memory of bytes back at once: nobody may look at them from now on. Else the garbage collector does, and
 * megabytes that wait for it bring it about again and again, while all else waits. Bytes that share a buffer with others
 * are left alone.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isAlone && !buffer.detached) buffer.transfer(0);
}
