import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { faultGroups, type FaultRow } from './support/fault-rows.ts';
import { isLong, some } from '../../core/test/support/test-mode.ts';
import { allFaults, renderFaults, runFaults } from './support/fault-table.ts';
import type { FaultResult } from './support/run-fault.ts';

/** The short form runs every other one. */
const chosen = new Set(some(allFaults, 2));
let results: ReadonlyMap<FaultRow, FaultResult>;
beforeAll(async () => {
  results = await runFaults([...chosen]);
}, 600_000);

const planStatus = {
  original: 'stored',
  'kept aside': 'stored',
  attempt: 'attempted',
  nothing: 'missing',
} as const;

describe.each(faultGroups.map(({ title, rows }) => [title, rows] as const))('%s', (_, rows) => {
  test.each(rows.filter((row) => chosen.has(row)).map((row) => [row.name, row] as const))(
    '%s',
    (_name, row) => {
      const { outcome, says, leaks, planStatus: status } = results.get(row)!;
      expect(outcome).toEqual(row.outcome);
      if (row.says === null) expect(says).toBeNull();
      else expect(says).toMatch(row.says);
      expect(status).toBe(planStatus[outcome.store]);
      expect(leaks).toEqual([]);
    },
  );
});

test('docs/faults.md is what bench/faults.ts prints', () => {
  const path = new URL('../../../docs/faults.md', import.meta.url);
  const document = readFileSync(path, 'utf8');
  const printed = renderFaults(results);
  if (isLong) expect(document).toBe(printed);
  // The widths of columns follow from all rows.
  const linesOf = (text: string) => text.replaceAll(/ +|-{2,}/g, ' ').split('\n');
  for (const line of linesOf(printed)) expect(linesOf(document)).toContain(line);
});
