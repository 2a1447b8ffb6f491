import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { redact } from '../redact.ts';
import type { Diagnostic, Finding, Row } from '../types.ts';
import { quote } from './explain-issue.ts';
import { rowsSchema } from './manifest-schema.ts';
import { openYaml } from './open-yaml.ts';
import { readText } from './read-text.ts';
import { diagnoseFile, diagnoseText, placeOf, sourceText, type SourceText } from './source-text.ts';

export interface ParsedRows {
  readonly rows: readonly Row[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A value with the character at which it begins. */
interface RawRow {
  readonly value: unknown;
  readonly offset: number;
}

/** A mistake at a character of the file. */
interface Mistake {
  readonly offset: number;
  readonly message: string;
  /** @default `bad-row`, an error */
  readonly warning?: Finding['code'];
}

/**
 * Parses the rows of a data file, by its file extension: CSV with a header line, a JSON or YAML list of maps, or JSON Lines.
 * Pure. A file that cannot be parsed has no rows, and its mistake is reported.
 */
export function parseRows(file: string, bytes: Uint8Array): ParsedRows {
  const text = readText(bytes);
  if (typeof text !== 'string') return { rows: [], diagnostics: [diagnoseFile(file, text)] };

  const parse = parsers[endingOf(file)];
  if (parse === undefined) {
    const message = `each takes a .csv, .json, .jsonl or .yaml file, not "${file}"`;
    return { rows: [], diagnostics: [diagnoseFile(file, { code: 'bad-row', message })] };
  }

  const source = sourceText(file, redact(text));
  const { raw, mistakes } = parse(text, source);
  const found = [...mistakes];
  const rows: Row[] = [];
  for (const { value, offset } of raw) {
    const checked = rowsSchema.safeParse([value]);
    if (checked.success) {
      rows.push({ values: checked.data[0]!, place: placeOf(source, offset) });
    } else {
      found.push({ offset, message: rowProblem(value) });
    }
  }
  if (rows.length === 0 && found.length === 0)
    found.push({ offset: 0, message: 'this file has no rows' });
  return { rows, diagnostics: found.map((mistake) => diagnose(source, mistake)) };
}

/** The file extension in lower case, with its dot. */
export function endingOf(file: string): string {
  return /\.[^./]+$/.exec(file)?.[0].toLowerCase() ?? '';
}

interface Read {
  readonly raw: readonly RawRow[];
  readonly mistakes: readonly Mistake[];
}

const parsers: Readonly<Record<string, (text: string, source: SourceText) => Read>> = {
  '.csv': readCsv,
  '.json': readYaml,
  '.jsonl': readJsonLines,
  '.yaml': readYaml,
  '.yml': readYaml,
};

/** `bytes`: where the record ends. */
type CsvRecords = readonly {
  readonly record: readonly string[];
  readonly info: { bytes: number };
}[];

/** The separators that spreadsheets use if the comma is the decimal sign, or for tab-separated files. */
const otherDelimiters: readonly (readonly [sign: string, name: string])[] = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
];

function readCsv(text: string, { lineStarts }: SourceText): Read {
  const [firstLine = ''] = text.split(/\r\n?|\n/, 1);
  if (/^"?sep=.?"?$/i.test(firstLine)) {
    const message = `"${firstLine}" is a line for Excel only; remove it, and put commas between the columns`;
    return { raw: [], mistakes: [{ offset: 0, message }] };
  }
  const other = otherDelimiters.find(
    ([sign]) => !firstLine.includes(',') && firstLine.includes(sign),
  );
  if (other !== undefined) {
    const message = `this file has ${other[1]} between its columns; save it with commas ("CSV UTF-8" in Excel), or as .json or .yaml`;
    return { raw: [], mistakes: [{ offset: 0, message }] };
  }
  let records: CsvRecords;
  try {
    records = parseCsv(text, {
      info: true,
      // All of them, because an editor may mix them.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as never;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    const message = `this is not valid CSV: ${redact(error.message)}`;
    return { raw: [], mistakes: [{ offset: lineStarts[line - 1] ?? 0, message }] };
  }

  const offsets = csvOffsets(text, records);
  const header = withoutEmptyEnd(records[0]?.record ?? []);
  const problems = headerProblems(header);
  if (problems.length > 0) {
    return { raw: [], mistakes: problems.map((message) => ({ offset: offsets[0]!, message })) };
  }
  const raw: RawRow[] = [];
  const mistakes: Mistake[] = [];
  for (const [index, { record: written }] of records.entries()) {
    const offset = offsets[index]!;
    // Spreadsheets also write columns and rows that were emptied.
    const record = withoutEmptyEnd(written, header.length);
    if (index > 0 && written.length > 1 && written.every((cell) => cell === '')) continue;
    if (record.length !== header.length) {
      const message = `this row has ${record.length} values, but the header has ${header.length}`;
      mistakes.push({ offset, message });
    } else if (index > 0) {
      // Git may change line endings (`core.autocrlf`), and that must not change a key.
      const cells = record.map((cell) => cell.replaceAll(/\r\n?/g, '\n'));
      raw.push({ value: Object.fromEntries(header.map((name, at) => [name, cells[at]])), offset });
    }
  }
  return { raw, mistakes };
}

/** The start of each record: the first character after the previous record that is not white space. */
function csvOffsets(text: string, records: CsvRecords): number[] {
  const bytes = Buffer.from(text);
  const visible = /\S/g;
  let endByte = 0;
  let end = 0;
  return records.map(({ info }) => {
    visible.lastIndex = end;
    const offset = visible.exec(text)?.index ?? end;
    end += bytes.toString('utf8', endByte, info.bytes).length;
    endByte = info.bytes;
    return offset;
  });
}

/** Drops empty cells from the end, but keeps the first `length` cells. */
function withoutEmptyEnd(cells: readonly string[], length = 0): readonly string[] {
  const last = cells.findLastIndex((cell) => cell !== '');
  return cells.slice(0, Math.max(last + 1, Math.min(length, cells.length)));
}

function headerProblems(header: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = header.find((name) => name !== '' && seen.size === seen.add(name).size);
  return [
    ...(header.includes('') ? ['a column of the header has no name'] : []),
    ...(twice === undefined ? [] : [`two columns have the name ${quote(twice)}`]),
  ];
}

function readJsonLines(text: string): Read {
  const raw: RawRow[] = [];
  const mistakes: Mistake[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line.trim() !== '') {
      try {
        raw.push({ value: JSON.parse(line, asWritten), offset });
      } catch (error) {
        const reason = redact((error as Error).message);
        mistakes.push({ offset, message: `this line is not valid JSON: ${reason}` });
      }
    }
    offset += line.length + 1;
  }
  return { raw, mistakes };
}

/** Returns the number as written if a JavaScript number would change it. */
function asWritten(_name: string, value: unknown, { source }: { source?: string } = {}): unknown {
  return Number.isFinite(value) && source !== undefined && String(value) !== source
    ? source
    : value;
}

/** Parses YAML, and JSON, which is YAML with the same positions. */
function readYaml(text: string): Read {
  const { tree, problems } = openYaml(text, { isRows: true });
  const mistakes = problems.map(({ range, finding }): Mistake => ({
    offset: range.start,
    message: finding.message,
    ...(finding.severity === 'warning' && { warning: finding.code }),
  }));
  if (tree === null || mistakes.some(({ warning }) => warning === undefined))
    return { raw: [], mistakes };
  if (!Array.isArray(tree.value)) {
    return { raw: [], mistakes: [{ offset: 0, message: 'this file must be a list of maps' }] };
  }
  const raw = tree.value.map((value: unknown, index) => ({
    value,
    offset: tree.rangeOf([index], 'value').start,
  }));
  return { raw, mistakes };
}

function rowProblem(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'a row must be a map';
  const [name = ''] =
    Object.entries(value).find(
      ([, member]) => !Number.isFinite(member) && !['string', 'boolean'].includes(typeof member),
    ) ?? [];
  return `${quote(name)} must be text, a number, true or false`;
}

/** Reports a mistake at the range from its character to the end of the line. */
function diagnose(source: SourceText, { offset, message, warning }: Mistake): Diagnostic {
  const { line } = placeOf(source, offset);
  const end = (source.lineStarts[line] ?? source.text.length + 1) - 1;
  const range = { start: offset, end: Math.max(offset + 1, end) };
  return diagnoseText(
    source,
    range,
    warning === undefined
      ? { code: 'bad-row', message }
      : { severity: 'warning', code: warning, message },
  );
}
