import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runBin } from './support/run-bin.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-vite-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each(['dependencies', 'devDependencies'])(
  'where the plugin is one of the %s, nothing is written into public, unless outDir says so',
  async (kind) => {
    const names = { [kind]: { 'vite-plugin-tintype': '^0.1.0' } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(names));
    const init = await runBin(folder, ['init']);
    expect(init.code).toBe(0);
    expect(readFileSync(join(folder, 'tintype.config.ts'), 'utf8')).not.toContain('outDir');
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).not.toContain('public');

    const { code, stderr } = await runBin(folder, ['--provider', 'offline']);
    expect([code, stderr.includes('rror')]).toEqual([0, false]);
    expect(existsSync(join(folder, 'public'))).toBe(false);
    const args = ['--provider', 'offline', '--out-dir', 'public/images'];
    expect((await runBin(folder, args)).code).toBe(0);
    expect(existsSync(join(folder, 'public/images/tintype.assets.json'))).toBe(true);
  },
);

test('a package.json that is no JSON, and one without the plugin, leave the default', async () => {
  await runBin(folder, ['init']);
  expect(readFileSync(join(folder, 'tintype.config.ts'), 'utf8')).toContain("'public/images'");
  writeFileSync(join(folder, 'tintype.config.ts'), 'export default { provider: "offline" };');
  for (const text of ['{', '{ "devDependencies": { "vite": "8" } }', '{ "dependencies": null }']) {
    rmSync(join(folder, 'public'), { recursive: true, force: true });
    writeFileSync(join(folder, 'package.json'), text);
    expect((await runBin(folder, [])).code).toBe(0);
    expect(existsSync(join(folder, 'public/images/tintype.assets.json'))).toBe(true);
  }
});
