/** The first frame of a picture that moves, or all files but that. `isStill`: asks for the first frame. */
export function stillsOrAll<File extends { readonly isStill?: true }>(
  files: readonly File[],
  isStill: boolean,
): readonly File[] {
  const stills = files.filter((file) => file.isStill);
  return isStill && stills.length > 0 ? stills : files.filter((file) => !file.isStill);
}
