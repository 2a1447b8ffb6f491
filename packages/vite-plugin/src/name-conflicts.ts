import type { PlacedFile } from '@tintype/core/modules';

/**
 * Why a build cannot use these names for its pictures: two pictures have the same name, or a file of the site has it. `null`:
 * every name is free. `ownerOf` returns the other owner of a name in the build, or `null`.
 */
export function nameConflict(
  placed: readonly PlacedFile[],
  ownerOf: (placed: PlacedFile) => string | null,
): string | null {
  const named = new Map<string, PlacedFile['file']>();
  for (const one of placed) {
    const { fileName, file } = one;
    const other = named.get(fileName);
    if (other !== undefined) {
      if (other.sha256 === file.sha256) continue;
      return `${other.spec.file} and ${file.spec.file} would both be written to ${fileName}; ${advice}`;
    }
    named.set(fileName, file);
    const owner = ownerOf(one);
    if (owner !== null) {
      return `${file.spec.file} would be written to ${fileName}, which is ${owner}; ${advice}`;
    }
  }
  return null;
}

export const advice = 'put [hash] into the assetFileNames of the build, or rename the image';
