/** Whether a promise is fulfilled. Use it only if the reason for a rejection does not matter. */
export function succeeds(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}
