import { expect, test } from 'vitest';
import { moduleIdOf, namesIn, parseModuleId } from './virtual-modules.ts';

test.each([
  ['virtual:tintype', { kind: 'index', folder: '' }],
  ['virtual:tintype/team/*', { kind: 'index', folder: 'team/' }],
  ['virtual:tintype/hero', { kind: 'picture', name: 'hero', inlining: 'auto' }],
  [
    'virtual:tintype/team/ada@2?inline',
    { kind: 'picture', name: 'team/ada@2', inlining: 'always' },
  ],
  ['virtual:tintype/hero?t=1&no-inline', { kind: 'picture', name: 'hero', inlining: 'never' }],
  ['virtual:tintypes/hero', null],
])('%s', (specifier, parsed) => {
  expect(parseModuleId(moduleIdOf(specifier))).toEqual(parsed);
});

test('a folder has what is directly in it', () => {
  const names = ['hero', 'team/ada', 'team/old/bob', 'teams/eve'];
  expect(namesIn('team/', names)).toEqual(['team/ada']);
  expect(namesIn('', names)).toEqual(names);
});
