/** OpenAI's and Replicate's keys, found anywhere in a text by their prefix. */
const keyPattern = /\b(?:sk-|r8_)[A-Za-z0-9_*-]{8,}/g;

/**
 * A key as the API repeats it: its first characters, asterisks, its last characters (measured 2026-11-22). The match must
 * begin where a word begins, because otherwise a long word without asterisks is searched again from each of its characters.
 */
const maskedKeyPattern = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*\*{3,}[A-Za-z0-9_-]*/g;

/** Replaces each character of the given secrets, and of everything that looks like an API key, by a bullet. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let redacted = text;
  for (const secret of secrets) {
    if (secret.length > 0) redacted = redacted.replaceAll(secret, bullets);
  }
  return redacted.replace(keyPattern, bullets).replace(maskedKeyPattern, bullets);
}

function bullets(text: string): string {
  return text.replace(/[^\n]/g, '•');
}
