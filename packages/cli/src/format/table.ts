export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** The end at which a value that is too long is cut. @default 'end' */
  readonly cut?: 'start' | 'end';
  /** A value that is never cut, because a part of it would mean something else. */
  readonly isWhole?: true;
}

/**
 * Formats a header line and one line for each row, padded into columns. If `width` is given, the widest columns are cut until a
 * line fits. No column is cut below six characters, and a `whole` column is never cut.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number = Infinity,
): string[] {
  const titles = columns.map((column) => column.title);
  const widths = fit(
    columns.map((_, i) =>
      [titles, ...rows].reduce((most, row) => Math.max(most, displayWidth(row[i] ?? '')), 0),
    ),
    width - columnGap.length * (columns.length - 1),
    columns.map(({ isWhole = false }) => isWhole),
  );
  return [titles, ...rows].map((row) =>
    columns
      .map((column, i) =>
        pad(truncate(row[i] ?? '', widths[i] ?? 0, column.cut), widths[i] ?? 0, column.align),
      )
      .join(columnGap)
      .trimEnd(),
  );
}

/** How many terminal columns a text takes: East Asian wide characters and emoji take two. */
export function displayWidth(text: string): number {
  // Most texts are ASCII, and splitting into graphemes takes a hundred times as long.
  if (narrowLayout.test(text)) return text.length;
  let width = 0;
  for (const segment of graphemesOf(text)) width += wideLayout.test(segment) ? 2 : 1;
  return width;
}

/** The text cut to `width` columns, with an ellipsis where it was cut. */
export function truncate(text: string, width: number, cut: 'start' | 'end' = 'end'): string {
  if (displayWidth(text) <= width) return text;
  const graphemes = graphemesOf(text);
  while (graphemes.length > 0 && displayWidth(graphemes.join('')) >= width) {
    if (cut === 'end') graphemes.pop();
    else graphemes.shift();
  }
  return cut === 'end' ? `${graphemes.join('')}…` : `…${graphemes.join('')}`;
}

const columnGap = '  ';
const minWidth = 6;
/** Printable ASCII, the dash of ranges and the ellipsis. */
const narrowLayout: RegExp = /^[\x20-\x7e–…]*$/;
const wideLayout: RegExp =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

let segmenter: Intl.Segmenter | null = null;

function graphemesOf(text: string): string[] {
  // Creating it takes as long as printing a thousand rows.
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function fit(widths: readonly number[], available: number, isWhole: readonly boolean[]): number[] {
  const fitted = [...widths];
  for (;;) {
    const cuttable = fitted.map((width, i) => (isWhole[i] === true ? 0 : width));
    const widest = Math.max(...cuttable);
    const total = fitted.reduce((sum, width) => sum + width, 0);
    if (total <= available || widest <= minWidth) return fitted;
    fitted[cuttable.indexOf(widest)] = widest - 1;
  }
}

function pad(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}
