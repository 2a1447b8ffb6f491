import { expect, test } from 'vitest';
import { looksTable } from './looks-table.ts';

const file = (format: 'avif' | 'jpeg' | 'svg', width: number, quality: number | null) => ({
  id: 'hero',
  file: `hero-${width}.${format}`,
  format,
  width,
  height: width,
  bytes: width * 100,
  look: quality === null ? null : { quality, defaults: { bytes: width * 120, quality: 84.6 } },
});

test('how the files look, for a person', () => {
  const text = looksTable([
    file('avif', 320, 78.4),
    file('avif', 640, 90.2),
    file('jpeg', 640, 81),
    file('svg', 640, null),
  ]);
  expect(text).toBe(`
FORMAT  QUALITY          BYTES  SHARP'S DEFAULTS
avif    84 (78 to 90)  96.0 kB  115 kB, quality 85
jpeg    81             64.0 kB  76.8 kB, quality 85

3 files compared with the picture at the size of the file (SSIMULACRA 2): 100 is equal, from 90 on nobody
sees a difference, 70 is high quality, 50 is medium.
lowest: hero-320.avif 78, hero-640.jpeg 81, hero-640.avif 90
`);
});

test('drawings alone are not compared', () => {
  expect(looksTable([file('svg', 640, null)])).toContain('No file can be compared');
});
