import { count, fileSize, type Report } from '@tintype/core';
import { saving } from './amounts.ts';
import { type Column, table } from './table.ts';

const columns: readonly Column[] = [
  { title: 'FORMAT' },
  { title: 'FILES', align: 'right' },
  { title: 'BYTES', align: 'right', isWhole: true },
  { title: 'OFFERED' },
];

/** Formats what the files weigh for a person: a row for each format, the sum, and what a browser loads. */
export function reportTable(report: Report | null): string {
  if (report === null)
    return 'There is no asset map in an output folder. Run `tintype`, which writes it.\n';
  const { images, files, bytes, formats, full, half } = report;
  const rows = formats.map((one) => [
    one.format,
    String(one.files),
    fileSize(one.bytes),
    one.offered === one.images
      ? `by ${count(one.images, 'image')}`
      : `by ${one.offered} of ${count(one.images, 'image')}: elsewhere it saves less than 2%`,
  ]);
  return [
    ...table(columns, rows),
    '',
    `${count(images, 'image')}, ${count(files, 'file')}: ${fileSize(bytes)}`,
    `each picture once, in the fallback and in the first format: ${saving(full.fallbackBytes, full.bytes)}`,
    `the first format, at the full width and at half of it: ${saving(full.bytes, half.bytes)}`,
    '',
  ].join('\n');
}
