import { redact } from './redact.ts';

/**
 * The secrets of an environment: the values of the variables whose names say that they hold one. Shorter values than 8
 * characters are no keys, and would be found in words.
 */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    isSecretName(name) && value !== undefined && value.trim().length >= 8 ? [value.trim()] : [],
  );
}

function isSecretName(name: string): boolean {
  return /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/i.test(name);
}

/** A text from outside without any of the secrets, in whatever form it repeats them. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return redact(text, secrets.flatMap(formsOf));
}

/**
 * The same for bytes, which keep their length. A picture has no key in its pixels; a server that repeats one puts it into
 * a text beside them, or sends no picture at all. Bytes without a secret are returned as they are.
 */
export function bytesWithoutSecrets(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  let clean: Buffer | null = null;
  const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const form of secrets.flatMap(formsOf)) {
    const length = Buffer.byteLength(form);
    for (let at = searched.indexOf(form); at >= 0; at = searched.indexOf(form, at + length)) {
      clean ??= Buffer.from(searched);
      clean.fill('*', at, at + length);
    }
  }
  return clean ?? bytes;
}

/** How a server may repeat a secret: as it is, in JSON, in an address, and as base64 of a header. */
function formsOf(secret: string): string[] {
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    // The last characters depend on what follows.
    Buffer.from(secret)
      .toString('base64')
      .replace(/..?=*$/, ''),
  ];
  return [...new Set(forms)].filter((form) => form.length >= 4);
}
