import { escapeHtml } from './escape-html.ts';
import { redact } from './redact.ts';

/** Shorter values are not keys, and they occur in ordinary words. */
export const minSecretLength = 8;

/** The secrets of an environment: the values of the variables whose names say that they hold one. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    isSecretName(name) && value !== undefined && value.trim().length >= minSecretLength
      ? [value.trim()]
      : [],
  );
}

/** Whether a variable's name says that it holds a secret. */
export function isSecretName(name: string): boolean {
  return /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/i.test(name);
}

/** Whether a text repeats one of the secrets, in any form. */
export function repeatsSecret(text: string, secrets: readonly string[]): boolean {
  return formsOf(secrets).some((form) => text.includes(form));
}

/** Removes the secrets from a text that came from outside: every form of each, also one that is cut off at the end. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = formsOf(secrets);
  return forms.reduce(withoutPrefix, redact(text, forms));
}

/** Removes the beginning of a form at the end of the text, or before an ellipsis, where the text was cut off. */
function withoutPrefix(text: string, form: string): string {
  let clean = text;
  for (let length = form.length - 1; length >= minPrefixLength; length--) {
    const start = form.slice(0, length);
    const hidden = '•'.repeat(length);
    clean = clean.replaceAll(`${start}…`, `${hidden}…`);
    if (clean.endsWith(start)) clean = clean.slice(0, -length) + hidden;
  }
  return clean;
}

/** Fewer characters reveal little about a key, and they occur in ordinary words. */
const minPrefixLength = 6;

/**
 * Removes the secrets from bytes, which keep their length. Pixels contain no key, but a server may repeat one in a text
 * beside the pixels, or send a text instead of a picture. Returns the same bytes if they contain no secret. Ignores secrets
 * shorter than 8 characters, because a picture may contain them by chance.
 */
export function bytesWithoutSecrets(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  let clean: Buffer | null = null;
  const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const form of formsOf(secrets.filter(({ length }) => length >= minSecretLength))) {
    const length = Buffer.byteLength(form);
    for (let at = searched.indexOf(form); at >= 0; at = searched.indexOf(form, at + length)) {
      clean ??= Buffer.from(searched);
      clean.fill('*', at, at + length);
    }
  }
  return clean ?? bytes;
}

/** Every form of the secrets, the longest first: one secret may begin with another. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = new Set(secrets.flatMap(formsOfOne));
  return [...forms].filter(({ length }) => length >= 4).toSorted((a, b) => b.length - a.length);
}

/** How a server may repeat a secret: unchanged, in JSON, in HTML, in a URL, in base64, and in hex. */
function formsOfOne(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret);
  const base64 = [0, 1, 2].map((offset) => base64At(secret, offset));
  const hex = Buffer.from(secret).toString('hex');
  return [
    secret,
    inJson,
    inJson.replaceAll('/', '\\/'),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    escapeHtml(secret),
    inUrl,
    inUrl.replaceAll(/%../g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** A secret in base64 after `offset` other bytes, such as `user:` in a header, without the characters that also encode other bytes. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const text = bytes.toString('base64').replace(/=+$/, '');
  const start = Math.ceil((offset * 8) / 6);
  return text.slice(start, bytes.length % 3 === 0 ? undefined : -1);
}
