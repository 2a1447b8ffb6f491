import { expect, test } from 'vitest';
import { emptyFolder, moduleIdOf, parseModuleId, renderIndex } from './virtual-modules.ts';

test.each([
  ['virtual:tintype', { kind: 'index', folder: '', isEager: false }],
  ['virtual:tintype/team/*', { kind: 'index', folder: 'team/', isEager: false }],
  ['virtual:tintype?t=1&eager', { kind: 'index', folder: '', isEager: true }],
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
  const keys = (folder: string) =>
    [...renderIndex({ folder, isEager: false }, names).matchAll(/^ {2}"([^"]+)"/gm)].map(
      ([, key]) => key,
    );
  expect(keys('team/')).toEqual(['team/ada']);
  expect(keys('')).toEqual(names);
  expect(emptyFolder('team/', names)).toBeNull();
  expect(emptyFolder('tem/', names)).toContain('did you mean "team"?');
  expect(emptyFolder('team/', ['team/old/bob'])).toContain('"virtual:tintype/team/old/*"');
});
