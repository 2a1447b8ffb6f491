import type { Row } from '../types.ts';
import { endingOf, parseRows } from './parse-rows.ts';
import { sourceText } from './source-text.ts';
import { writeValue, type Written } from './write-value.ts';

type Cell = Row['values'][string];

/**
 * The text of a data file with another value in a column of a row, and no other character changed. `text` has no byte order mark.
 * Returns the reason if that is impossible.
 */
export function writeRow(
  file: string,
  text: string,
  row: number,
  column: string,
  value: Cell,
): Written {
  const { rows, diagnostics } = parseRows(file, Buffer.from(text));
  const known = rows[row];
  if (
    diagnostics.some(({ severity }) => severity === 'error') ||
    known === undefined ||
    known.place === null
  )
    return { problem: 'the rows have a mistake, which must be corrected first' };
  const { line, column: at } = known.place;
  const start = sourceText(file, text).lineStarts[line - 1]! + at - 1;
  const written = writerOf(endingOf(file))({
    text,
    start,
    row,
    column,
    value,
    values: known.values,
  });
  if ('problem' in written) return written;
  const meant = rows.map(({ values }, index) =>
    index === row ? { ...values, [column]: value } : values,
  );
  const found = parseRows(file, Buffer.from(written.text)).rows.map(({ values }) => values);
  return JSON.stringify(found) === JSON.stringify(meant)
    ? written
    : { problem: `${column} cannot be written there without changing something else` };
}

interface CellToWrite {
  readonly text: string;
  /** The first character of the row. */
  readonly start: number;
  readonly row: number;
  readonly column: string;
  readonly value: Cell;
  readonly values: Row['values'];
}

function writerOf(ending: string): (cell: CellToWrite) => Written {
  switch (ending) {
    case '.csv':
      return writeCsv;
    case '.jsonl':
      return writeJsonLine;
    default:
      return ({ text, row, column, value }) =>
        writeValue(text, [row, column], value, { isJson: ending === '.json' });
  }
}

function writeJsonLine({ text, start, column, value }: CellToWrite): Written {
  const lineEnd = text.indexOf('\n', start);
  const end = lineEnd === -1 ? text.length : lineEnd;
  const written = writeValue(text.slice(start, end), [column], value, { isJson: true });
  return 'problem' in written
    ? written
    : { text: text.slice(0, start) + written.text + text.slice(end) };
}

/** The cells are in the order of the header, and so are the names of a row's values. */
function writeCsv({ text, start, column, value, values }: CellToWrite): Written {
  const index = Object.keys(values).indexOf(column);
  const cell = cellsFrom(text, start)[index];
  if (cell === undefined) return { problem: `this row has no ${column}` };
  const plain = String(value);
  const isSafe = !/[",\r\n]/.test(plain) && plain.trim() === plain && plain !== '';
  const isQuoted = text[cell.start] === '"';
  const written = isSafe && !isQuoted ? plain : `"${plain.replaceAll('"', '""')}"`;
  return { text: text.slice(0, cell.start) + written + text.slice(cell.end) };
}

/** The ranges of the cells of the record that begins at a character, without the white space around them. */
function cellsFrom(
  text: string,
  start: number,
): { readonly start: number; readonly end: number }[] {
  const cells = [];
  const cell = /[ \t]*("(?:[^"]|"")*"|[^,\r\n]*)[ \t]*(,|\r|\n|$)/y;
  cell.lastIndex = start;
  for (;;) {
    const found = cell.exec(text);
    if (found === null) return cells;
    const inside = found[1]!.trimEnd();
    const from = found.index + found[0].indexOf(found[1]!);
    cells.push({ start: from, end: from + inside.length });
    if (found[2] !== ',') return cells;
  }
}
