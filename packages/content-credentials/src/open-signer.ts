import type { OpenSigner, SigningProject } from '@tintype/core';
import { sha256 } from '@tintype/core/internal';
import { readCertificates } from './read-certificates.ts';
import { readSigningKey } from './read-signing-key.ts';

/** Raise it when other things are written into files, so that files with the earlier ones are signed again. */
const contentVersion = 1;

/** Files of other formats stay as they are: an SVG would grow by 16 kB of text. */
const formats = ['avif', 'webp', 'jpeg', 'png', 'gif'] as const;

/** Rejects with a TintypeError `config` if the certificate or the key cannot be used. `certificate`: see the option. */
export async function openSigner(
  project: SigningProject,
  certificate: string | null,
): Promise<OpenSigner> {
  const chain = await readCertificates(project, certificate);
  if (chain === null)
    return cannotSign(null, 'TINTYPE_SIGNING_CERTIFICATE is not set, and the config names no file');
  const ders = chain.map(({ raw }) => raw);
  const identity = sha256(Buffer.concat([Buffer.from([contentVersion]), ...ders]));
  const key = await readSigningKey(project, chain[0]);
  if (key === null)
    return cannotSign(
      identity,
      'TINTYPE_SIGNING_KEY is not set in the environment (a .env file does not count)',
    );
  return {
    identity,
    formats,
    sign: async (file) => {
      const { signFile } = await import('./sign-file.ts');
      return signFile(file, key, ders);
    },
    problem: null,
  };
}

function cannotSign(identity: string | null, problem: string): OpenSigner {
  return { identity, formats, sign: null, problem };
}
