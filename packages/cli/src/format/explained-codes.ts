import type { ExplainedCode } from '../explain-codes.ts';
import { table } from './table.ts';

/** One line for each code. */
export function codeTable(codes: readonly ExplainedCode[]): string {
  const columns = [{ title: 'CODE' }, { title: 'OF' }, { title: 'MEANS' }];
  const rows = codes.map(({ code, kinds, means }) => [code, kinds.join(', '), means]);
  return table(columns, rows)
    .map((line) => `${line}\n`)
    .join('');
}

/** A paragraph for each code. */
export function codeTexts(codes: readonly ExplainedCode[]): string {
  return codes
    .map(
      ({ code, kinds, means, wayOut }) =>
        `${code} (${kinds.join(', ')})\n  ${means}\n  ${wayOut}\n`,
    )
    .join('\n');
}
