import { expect, test } from 'vitest';
import { reportTable } from './report-table.ts';

test('what the files weigh, for a person', () => {
  const text = reportTable({
    images: 2,
    files: 6,
    bytes: 257_000,
    formats: [
      { format: 'avif', files: 3, bytes: 89_000, images: 2, offered: 1 },
      { format: 'jpeg', files: 3, bytes: 168_000, images: 2, offered: 2 },
    ],
    full: { bytes: 58_000, fallbackBytes: 108_000 },
    half: { bytes: 38_000 },
  });
  expect(text).toBe(`FORMAT  FILES    BYTES  OFFERED
avif        3  89.0 kB  by 1 of 2 images: elsewhere it saves less than 2%
jpeg        3   168 kB  by 2 images

2 images, 6 files: 257 kB
each picture once, in the fallback and in the first format: 108 kB -> 58.0 kB, 46% smaller
the first format, at the full width and at half of it: 58.0 kB -> 38.0 kB, 34% smaller
`);
});

test('before the first run it says what writes the files', () => {
  expect(reportTable(null)).toContain('Run `tintype`');
});
