/** The wanted lines that are missing from a `.gitignore`. A slash at either end makes no difference. */
export function missingIgnoreLines(gitignore: string, ignored: readonly string[]): string[] {
  const present = new Set(gitignore.split(/\r?\n/).map(bare));
  return ignored.filter((line) => !present.has(bare(line)));
}

function bare(line: string): string {
  return line.trim().replaceAll(/^\/|\/$/g, '');
}
