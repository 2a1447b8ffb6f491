/** Whether a key is visible ASCII. Otherwise the HTTP code would refuse it with an error that repeats the key. */
export function fitsHeader(key: string): boolean {
  return /^[!-~]+$/.test(key);
}
