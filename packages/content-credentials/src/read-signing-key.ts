import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { type SigningProject, TintypeError } from '@tintype/core';
import { readRegular } from '@tintype/core/internal';

const keyVariable = 'TINTYPE_SIGNING_KEY';
const fileVariable = 'TINTYPE_SIGNING_KEY_FILE';
const maxBytes = 100_000;

/**
 * The private key of a certificate. `null`: the environment has none. Rejects with a TintypeError `config`, which never repeats anything of
 * the key, and has no cause, because that of the crypto library may.
 */
export async function readSigningKey(
  { root, env }: SigningProject,
  certificate: X509Certificate,
): Promise<KeyObject | null> {
  const text = env[keyVariable]?.trim();
  const file = env[fileVariable]?.trim();
  if (!text && !file) return null;
  const [place, pem] = text ? [keyVariable, text] : [fileVariable, await readKeyFile(root, file!)];
  const key = parse(place, pem);
  if (!certificate.checkPrivateKey(key)) throw problem(place, 'is not the key of the certificate');
  return key;
}

/** A key in the project could be committed, or could have come with it. */
async function readKeyFile(root: string, file: string): Promise<string> {
  if (!isAbsolute(file)) throw problem(fileVariable, 'must be an absolute path');
  try {
    const inProject = relative(await realpath(root), await realpath(file));
    if (!inProject.startsWith('..') && !isAbsolute(inProject))
      throw problem(fileVariable, 'names a file in the project; keep the key outside of it');
    return (await readRegular(file, maxBytes)).toString('utf8');
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    throw problem(fileVariable, 'names a file that cannot be read');
  }
}

function parse(place: string, pem: string): KeyObject {
  try {
    // CIs often keep a variable in one line.
    return createPrivateKey(pem.replaceAll(String.raw`\n`, '\n'));
  } catch {
    throw problem(place, 'is not a private key in PEM without a password');
  }
}

function problem(place: string, words: string): TintypeError {
  return new TintypeError('config', `${place} ${words}`);
}
