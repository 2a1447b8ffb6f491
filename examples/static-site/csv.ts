/** The rows of a CSV file, by the names in its first line. Cells may be quoted, but contain no line breaks. */
export function readCsv<Column extends string>(text: string): Record<Column, string>[] {
  const [names = [], ...rows] = text.trim().split(/\r?\n/).map(cells);
  return rows.map(
    (row) =>
      Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])) as Record<Column, string>,
  );
}

function cells(line: string): string[] {
  const matches = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return Array.from(matches, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
