import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { type SigningProject, TintypeError } from '@tintype/core';
import { readRegular } from '@tintype/core/internal';

const variable = 'TINTYPE_SIGNING_CERTIFICATE';
const maxBytes = 100_000;
const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificate, and those after it. `null`: there is none. Rejects with a TintypeError `config`. */
export async function readCertificates(
  { root, env }: SigningProject,
  file: string | null,
): Promise<readonly [X509Certificate, ...X509Certificate[]] | null> {
  const text = file === null ? env[variable]?.trim() || null : await readText(root, file);
  if (text === null) return null;
  const place = file ?? variable;
  const [first, ...others] = (text.match(pem) ?? []).map((one) => parse(one, place));
  if (first === undefined) throw problem(place, 'has no certificate in PEM');
  if (first.ca)
    throw problem(place, 'begins with the certificate of an authority, which signs no files');
  if (Date.parse(first.validTo) < Date.now())
    throw problem(place, `has a certificate that expired on ${first.validTo}`);
  return [first, ...others];
}

async function readText(root: string, file: string): Promise<string> {
  try {
    return (await readRegular(resolve(root, file), maxBytes)).toString('utf8');
  } catch (cause) {
    throw problem(
      file,
      `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'not a file'})`,
    );
  }
}

function parse(text: string, place: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw problem(place, 'has a certificate that cannot be read');
  }
}

function problem(place: string, words: string): TintypeError {
  return new TintypeError('config', `contentCredentials(…): ${place} ${words}`);
}
