/** The innermost code in a chain of causes. */
export function errorCodeOf(error: unknown): string | null {
  let code: string | null = null;
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') code = at.code;
    if (at instanceof AggregateError && at.errors[0] instanceof Error) {
      code = errorCodeOf(at.errors[0]);
    }
  }
  return code;
}
