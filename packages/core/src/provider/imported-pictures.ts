import { type Provider, ProviderError } from './provider.ts';

const problem =
  'cannot make a picture: restore its record and original (git checkout), or run tintype import with its file again';

/** The provider of pictures that the user brought. It has no key and no host, and makes nothing. */
export function importedPictures(): Provider {
  return {
    apiKeyName: null,
    inputs: null,
    originalFormat: null,
    refuse: () => problem,
    generate: async () => {
      throw new ProviderError('not-supported', `the provider imported ${problem}`);
    },
  };
}
