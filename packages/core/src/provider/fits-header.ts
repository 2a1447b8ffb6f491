/** Whether a key is visible ASCII. What refuses others on the way to a header repeats them, which a key must not be. */
export function fitsHeader(key: string): boolean {
  return /^[!-~]+$/.test(key);
}
