import { expect, test } from 'vitest';
import { encodesFor } from './encodes-at-once.ts';

test.each([
  { processors: 1, poolSize: undefined, encodes: 1 },
  { processors: 2, poolSize: undefined, encodes: 2 },
  { processors: 3, poolSize: undefined, encodes: 3 },
  { processors: 4, poolSize: undefined, encodes: 3 },
  { processors: 64, poolSize: undefined, encodes: 3 },
  { processors: 64, poolSize: '66', encodes: 64 },
  { processors: 2000, poolSize: '5000', encodes: 1023 },
  { processors: 8, poolSize: '2', encodes: 1 },
  { processors: 8, poolSize: '1', encodes: 1 },
  // What libuv takes for one thread.
  { processors: 8, poolSize: '0', encodes: 1 },
  { processors: 8, poolSize: 'many', encodes: 1 },
  { processors: 8, poolSize: '', encodes: 1 },
])('$processors processors and UV_THREADPOOL_SIZE=$poolSize: $encodes', (row) => {
  expect(encodesFor(row.processors, row.poolSize)).toBe(row.encodes);
});
