import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeProblem } from './node-problem.ts';

test.each(['18.20.8', '20.20.2', '22.0.0', '22.17.9'])(
  'Node %s is too old, and it is said',
  (version) => {
    expect(nodeProblem(version)).toBe(
      `Tintype needs Node 22.19 or later, and this is Node ${version}. Install a newer Node: https://nodejs.org. Nothing was done`,
    );
  },
);

test.each(['22.19.0', '23.0.0', '24.1.0', '100.0.0'])('Node %s is not', (version) => {
  expect(nodeProblem(version)).toBeNull();
});

test('what is needed is what the package says, and what CI runs the tests on', () => {
  const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
  expect((JSON.parse(read('../package.json')) as { engines: unknown }).engines).toEqual({
    node: '>=22.19.0',
  });
  expect(read('../../../.github/workflows/ci.yml')).toContain("node: ['22.19.0', ");
});
