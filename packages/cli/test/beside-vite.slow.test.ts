import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  'if the plugin is in the %s, only the cache is written, unless outDir says otherwise',
  async (kind) => {
    const names = { [kind]: { 'vite-plugin-tintype': '^0.1.0' } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(names));
    const init = await runBin(folder, ['init']);
    expect(init.code).toBe(0);
    expect(readFileSync(join(folder, 'tintype.config.ts'), 'utf8')).not.toContain('outDir');
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).not.toContain('public');

    const before = namesIn(folder);
    for (const expected of ['encoded', 'found there']) {
      const { code, stdout, stderr } = await runBin(folder, ['--provider', 'offline']);
      expect([code, stderr.includes('rror')], expected).toEqual([0, false]);
      expect(stdout).toMatch(/^\d pictures? encoded into the cache for the next build\. /m);
      expect(stdout).toContain(
        'No files were written: the plugin of a bundler is installed, and outDir is not set.\n',
      );
    }
    expect(namesIn(folder)).toEqual([...before, 'node_modules'].toSorted());
    expect(readdirSync(join(folder, 'node_modules/.cache'))).toEqual(['tintype']);
    expect(existsSync(join(folder, 'node_modules/.cache/tintype/v2'))).toBe(true);
    const args = ['--provider', 'offline', '--out-dir', 'public/images'];
    expect((await runBin(folder, args)).code).toBe(0);
    expect(existsSync(join(folder, 'public/images/tintype.assets.json'))).toBe(true);
  },
);

const namesIn = (path: string) => readdirSync(path).toSorted();

test('a package.json that is not JSON, and one without the plugin, leave the default', async () => {
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
