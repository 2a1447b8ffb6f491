/** The wanted lines that a `.gitignore` or a `.gitattributes` lacks. A slash at either end makes no difference. */
export function missingLines(text: string, wanted: readonly string[]): string[] {
  const present = new Set(text.split(/\r?\n/).map(bare));
  return wanted.filter((line) => !present.has(bare(line)));
}

function bare(line: string): string {
  return line.trim().replaceAll(/^\/|\/$/g, '');
}
