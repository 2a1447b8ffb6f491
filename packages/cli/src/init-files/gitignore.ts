/** The wanted lines that are missing from a `.gitignore`. A slash at either end makes no difference. */
export function missingIgnoreLines(gitignore: string, wanted: readonly string[]): string[] {
  const present = new Set(gitignore.split(/\r?\n/).map(bare));
  return wanted.filter((line) => !present.has(bare(line)));
}

function bare(line: string): string {
  return line.trim().replaceAll(/^\/|\/$/g, '');
}
