import { escapeHtml } from './escape-html.ts';
import { redact } from './redact.ts';

/** Shorter values are no keys, and would be found in words. */
const leastSecret = 8;

/** The secrets of an environment: the values of the variables whose names say that they hold one. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    isSecretName(name) && value !== undefined && value.trim().length >= leastSecret
      ? [value.trim()]
      : [],
  );
}

function isSecretName(name: string): boolean {
  return /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/i.test(name);
}

/** Whether a text repeats one of the secrets, in whatever form. */
export function repeatsSecret(text: string, secrets: readonly string[]): boolean {
  return formsOf(secrets).some((form) => text.includes(form));
}

/** A text from outside without any of the secrets, in whatever form it repeats them, also where it was cut within one. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = formsOf(secrets);
  return forms.reduce(withoutCutForm, redact(text, forms));
}

/** Without the beginning of a form where the text ends, or was cut to be shown. */
function withoutCutForm(text: string, form: string): string {
  let clean = text;
  for (let length = form.length - 1; length >= leastCut; length--) {
    const start = form.slice(0, length);
    const hidden = '•'.repeat(length);
    clean = clean.replaceAll(`${start}…`, `${hidden}…`);
    if (clean.endsWith(start)) clean = clean.slice(0, -length) + hidden;
  }
  return clean;
}

/** Fewer characters say nothing of a key, and are found in words. */
const leastCut = 6;

/**
 * The same for bytes, which keep their length. A picture has no key in its pixels; a server that repeats one puts it into
 * a text beside them, or sends no picture at all. Bytes without a secret are returned as they are, and what is shorter
 * than 8 characters is no secret here: a picture may have it by chance.
 */
export function bytesWithoutSecrets(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  let clean: Buffer | null = null;
  const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const form of formsOf(secrets.filter(({ length }) => length >= leastSecret))) {
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

/** How a server may repeat a secret: as it is, in JSON, in HTML, in an address, in base64, and in hex. */
function formsOfOne(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inAddress = encodeURIComponent(secret);
  const base64 = [0, 1, 2].map((offset) => base64At(secret, offset));
  const hex = Buffer.from(secret).toString('hex');
  return [
    secret,
    inJson,
    inJson.replaceAll('/', '\\/'),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    escapeHtml(secret),
    inAddress,
    inAddress.replaceAll(/%../g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** A secret in base64 after `offset` other bytes, as of `user:` in a header, but for what depends on its neighbours. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const text = bytes.toString('base64').replace(/=+$/, '');
  const start = Math.ceil((offset * 8) / 6);
  return text.slice(start, bytes.length % 3 === 0 ? undefined : -1);
}
