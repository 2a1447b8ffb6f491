import { type Signer, TintypeError } from '@tintype/core';

export interface ContentCredentialsOptions {
  /**
   * The file of the certificate, in PEM, relative to the root of the project; after it, those that lead to its root, if there are any. It
   * is no secret, so it may be committed.
   * @default what the environment variable `TINTYPE_SIGNING_CERTIFICATE` has
   */
  readonly certificate?: string;
}

/**
 * Signs files with a certificate. Its private key comes from the environment only: `TINTYPE_SIGNING_KEY`, or the file outside the project
 * that `TINTYPE_SIGNING_KEY_FILE` names. Throws `config` if an option cannot be used. Reads nothing before a run needs it, and asks no
 * other computer.
 */
export function contentCredentials(options: ContentCredentialsOptions = {}): Signer {
  const { certificate = null, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new TintypeError('config', `contentCredentials(…) has no option "${unknown}"`);
  if (certificate !== null && (typeof certificate !== 'string' || certificate === ''))
    throw new TintypeError(
      'config',
      'certificate of contentCredentials(…) must be the path of a file',
    );
  return {
    label: 'content credentials',
    open: async (project) => {
      const { openSigner } = await import('./open-signer.ts');
      return openSigner(project, certificate);
    },
  };
}
