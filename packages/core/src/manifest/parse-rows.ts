import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Diagnostic, Finding, Place, Row } from '../types.ts';
import { rowsSchema } from './manifest-schema.ts';
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
}

/**
 * The rows of a data file, by the ending of its name: CSV with a header line, a JSON or YAML list of maps, or JSON
 * Lines. Pure; a file that cannot be read has no rows and says why.
 */
export function parseRows(file: string, bytes: Uint8Array): ParsedRows {
  const text = readText(bytes);
  if (typeof text !== 'string') return { rows: [], diagnostics: [diagnoseFile(file, text)] };

  const ending = /\.[^./]+$/.exec(file)?.[0].toLowerCase() ?? '';
  const parse = parsers[ending];
  if (parse === undefined) {
    const message = `each takes a .csv, .json, .jsonl or .yaml file, not "${file}"`;
    return { rows: [], diagnostics: [diagnoseFile(file, { code: 'bad-row', message })] };
  }

  const source = sourceText(file, text);
  const { raw, mistakes } = parse(text);
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

interface Read {
  readonly raw: readonly RawRow[];
  readonly mistakes: readonly Mistake[];
}

const parsers: Readonly<Record<string, (text: string) => Read>> = {
  '.csv': readCsv,
  '.json': readYaml,
  '.jsonl': readJsonLines,
  '.yaml': readYaml,
  '.yml': readYaml,
};

function readCsv(text: string): Read {
  try {
    const records: { record: Record<string, string>; info: { lines: number } }[] = parseCsv(text, {
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as never;
    const lineStarts = sourceText('', text).lineStarts;
    const raw = records.map(({ record, info }) => ({
      value: { ...record },
      offset: lineStarts[Math.min(info.lines, lineStarts.length) - 1] ?? 0,
    }));
    return { raw, mistakes: [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    const offset = sourceText('', text).lineStarts[line - 1] ?? 0;
    return { raw: [], mistakes: [{ offset, message: `this is no CSV: ${error.message}` }] };
  }
}

function readJsonLines(text: string): Read {
  const raw: RawRow[] = [];
  const mistakes: Mistake[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line.trim() !== '') {
      try {
        raw.push({ value: JSON.parse(line), offset });
      } catch (error) {
        mistakes.push({ offset, message: `this line is no JSON: ${(error as Error).message}` });
      }
    }
    offset += line.length + 1;
  }
  return { raw, mistakes };
}

/** YAML, and JSON, which is YAML with the same positions. */
function readYaml(text: string): Read {
  try {
    const document = parseDocument(text, { prettyErrors: false });
    const mistakes = [...document.errors, ...document.warnings].map((error) => ({
      offset: error.pos[0],
      message: error.message.split('\n', 1)[0]!,
    }));
    if (mistakes.length > 0) return { raw: [], mistakes };
    const list = document.contents;
    if (!isSeq(list))
      return { raw: [], mistakes: [{ offset: 0, message: 'this file must be a list of maps' }] };
    const values: unknown = document.toJS();
    const raw = list.items.map((item, index) => ({
      value: (values as unknown[])[index],
      offset: (isMap(item) || isScalar(item)) && item.range != null ? item.range[0] : 0,
    }));
    return { raw, mistakes: [] };
  } catch {
    const message = 'this file is nested too deeply, or has too many aliases, to be read';
    return { raw: [], mistakes: [{ offset: 0, message }] };
  }
}

function rowProblem(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'a row must be a map';
  const bad = Object.entries(value).find(
    ([, member]) => !['string', 'number', 'boolean'].includes(typeof member),
  );
  return `"${bad?.[0]}" must be text, a number, true or false`;
}

function diagnose(source: SourceText, { offset, message }: Mistake): Diagnostic {
  const finding: Finding = { code: 'bad-row', message };
  const line: Place = placeOf(source, offset);
  const end = source.lineStarts[line.line] ?? source.text.length;
  return diagnoseText(source, { start: offset, end: Math.max(offset + 1, end - 1) }, finding);
}
