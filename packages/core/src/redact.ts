/** OpenAI's and Replicate's keys, found anywhere in a text by their prefix. */
const keyPattern = /\b(?:sk-|r8_)[A-Za-z0-9_*-]{8,}/g;

/**
 * A key as the API repeats it: its head, asterisks, its tail (measured 2026-11-22). It starts where a word does, for
 * otherwise a long word without asterisks would be searched from each of its characters.
 */
const halfHiddenPattern = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*\*{3,}[A-Za-z0-9_-]*/g;

/** The text with everything that looks like an API key, and every given secret, replaced by as many bullets. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let redacted = text;
  for (const secret of secrets) {
    if (secret.length > 0) redacted = redacted.replaceAll(secret, bullets);
  }
  return redacted.replace(keyPattern, bullets).replace(halfHiddenPattern, bullets);
}

function bullets(text: string): string {
  return text.replace(/[^\n]/g, '•');
}
