import { expect, test } from 'vitest';
import { compilePatterns } from './manifest-patterns.ts';

/** A folder that is not searched need not be readable, and may be large. */
test.each([
  ['*.yaml', [], ['a', 'a/b']],
  ['art/*.yaml', ['art'], ['a', 'art/b']],
  ['art/**/*.yaml', ['art', 'art/b', 'art/b/c'], ['a', 'b/art']],
  ['*/img/*.yaml', ['a', 'a/img'], ['a/b', 'a/img/b']],
  ['{a,b/c}/*.yaml', ['a', 'b', 'b/c'], []],
  ['{a,b}/*.yaml', ['a', 'b'], ['c', 'a/b']],
])('%s is looked for only in folders where it can be', (pattern, searched, others) => {
  const { mayMatchBelow } = compilePatterns('/project', [pattern]);
  const all = [...searched, ...others];
  expect(all.filter(mayMatchBelow)).toEqual(searched);
});

test.each([
  ['*.yaml', ''],
  ['art/a.yaml', 'art/'],
  ['art/deep/*.yaml', 'art/deep/'],
  ['art/*/deep/*.yaml', 'art/'],
  [String.raw`we\[i\]rd/**`, 'we[i]rd/'],
  ['/project/art/*.yaml', 'art/'],
])('the search for %s starts in "%s"', (pattern, start) => {
  expect(compilePatterns('/project', [pattern]).starts).toEqual([start]);
});

test.each(['../*.yaml', '/etc/*', '../project-2/*', 'art/../../*'])('%s leads out', (pattern) => {
  expect(compilePatterns('/project', [pattern]).starts).toEqual([]);
});

test('the characters of a root are no glob', () => {
  const { isMatch } = compilePatterns('/pro[j]{a,b}', ['*.yaml', '/pro[j]{a,b}/art/*.yml']);
  expect(['a.yaml', 'art/a.yml', 'b/a.yaml'].map(isMatch)).toEqual([true, true, false]);
});
