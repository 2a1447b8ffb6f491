import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeShell } from '../../test/support/fake-shell.ts';
import { FIRST_CONFIG } from '../init-files/first-config.ts';
import { FIRST_MANIFEST } from '../init-files/first-manifest.ts';
import { initCommand } from './init.ts';

let shell: FakeShell;

beforeEach(() => {
  shell = new FakeShell({ cwd: mkdtempSync(join(tmpdir(), 'tintype-')) });
});
afterEach(() => rmSync(shell.cwd, { recursive: true }));

function read(name: string): string {
  return readFileSync(join(shell.cwd, name), 'utf8');
}

test('an empty folder gets a manifest, a config, .gitignore lines and the next command', async () => {
  expect(await initCommand(shell, {})).toBe(0);
  expect(read('tintype.images.yaml')).toBe(FIRST_MANIFEST);
  expect(read('tintype.config.ts')).toBe(FIRST_CONFIG);
  expect(read('.gitignore')).toBe(
    '.tintype/attempts/\n.env.local\ntintype-sheet.html\npublic/images/\n',
  );
  expect(shell.stdout.text).toContain('tintype plan');
});

test('what is there already stays as it is', async () => {
  writeFileSync(join(shell.cwd, 'tintype.images.yaml'), 'images: {}\n');
  writeFileSync(join(shell.cwd, 'tintype.config.mjs'), 'export default {}\n');
  writeFileSync(join(shell.cwd, '.gitignore'), 'dist\n/.tintype/attempts');
  mkdirSync(join(shell.cwd, 'public/images'), { recursive: true });
  await initCommand(shell, {});
  expect(read('tintype.images.yaml')).toBe('images: {}\n');
  expect(read('.gitignore')).toBe('dist\n/.tintype/attempts\n.env.local\ntintype-sheet.html\n');
  expect(readdirSync(shell.cwd)).not.toContain('tintype.config.ts');
});

test('a second init changes nothing', async () => {
  await initCommand(shell, {});
  const before = read('.gitignore');
  await initCommand(shell, { quiet: true });
  expect(read('.gitignore')).toBe(before);
});

test('--root says where', async () => {
  await initCommand(shell, { root: 'site' });
  expect(readdirSync(join(shell.cwd, 'site'))).toContain('tintype.images.yaml');
});
