/** Those of the wanted lines that a `.gitignore` does not have, with or without a slash at either end. */
export function missingIgnoreLines(gitignore: string, wanted: readonly string[]): string[] {
  const present = new Set(gitignore.split(/\r?\n/).map(bare));
  return wanted.filter((line) => !present.has(bare(line)));
}

function bare(line: string): string {
  return line.trim().replaceAll(/^\/|\/$/g, '');
}
