import { count, fileSize, type FileLook, type MeasuredFile } from '@tintype/core';
import { type Column, table } from './table.ts';

const columns: readonly Column[] = [
  { title: 'FORMAT' },
  { title: 'QUALITY' },
  { title: 'BYTES', align: 'right', isWhole: true },
  { title: "SHARP'S DEFAULTS" },
];

/** Files that look worse than the others, so that somebody can look at them. */
const worstShown = 3;

/** Formats how the files look: a row for each format, and the files that look worst. */
export function looksTable(measured: readonly MeasuredFile[]): string {
  const compared = measured.flatMap(({ look, ...file }) =>
    look === null ? [] : [{ ...file, look }],
  );
  if (compared.length === 0) return '\nNo file can be compared with a picture in the store.\n';
  const formats = [...new Set(compared.map(({ format }) => format))];
  const rows = formats.map((format) => {
    const files = compared.filter((file) => file.format === format);
    const bytes = sum(files.map((file) => file.bytes));
    const defaults = files.map(({ look }) => look.defaults);
    const theirs = sum(defaults.map((file) => file.bytes));
    return [
      format,
      range(files.map(({ look }) => look)),
      fileSize(bytes),
      `${fileSize(theirs)}, quality ${range(defaults)}`,
    ];
  });
  const worst = compared.toSorted((a, b) => a.look.quality - b.look.quality).slice(0, worstShown);
  return [
    '',
    ...table(columns, rows),
    '',
    `${count(compared.length, 'file')} compared with the picture at the size of the file (SSIMULACRA 2): 100 is equal, from 90 on nobody`,
    'sees a difference, 70 is high quality, 50 is medium.',
    `lowest: ${worst.map(({ file, look }) => `${file} ${whole(look.quality)}`).join(', ')}`,
    '',
  ].join('\n');
}

/** `84 (78 to 91)`: the mean, and the ends if they differ. */
function range(looks: readonly Pick<FileLook, 'quality'>[]): string {
  const qualities = looks.map(({ quality }) => quality);
  const mean = whole(sum(qualities) / qualities.length);
  const [least, most] = [whole(Math.min(...qualities)), whole(Math.max(...qualities))];
  return least === most ? mean : `${mean} (${least} to ${most})`;
}

function whole(quality: number): string {
  return String(Math.round(quality));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
