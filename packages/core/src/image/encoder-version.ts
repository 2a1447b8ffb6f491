import { libraryVersion } from './library-version.ts';

let version: string | undefined;

/**
 * The version of sharp, without loading it. sharp pins the build of libvips and of every encoder that comes with it, so its
 * version identifies them all. A sharp that was built by hand with another libvips is not detected.
 */
export function encoderVersion(): string {
  version ??= libraryVersion('sharp')!;
  return version;
}
