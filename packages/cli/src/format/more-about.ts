/** The last line of a run that printed codes of errors, or nothing. It names a command and no address, because the command answers for this version. */
export function moreAbout(codes: ReadonlySet<string>): string {
  const names = [...codes];
  if (names.length === 0) return '';
  return `More about ${names.length === 1 ? names[0] : 'these codes'}: tintype explain ${names.join(' ')}\n`;
}
