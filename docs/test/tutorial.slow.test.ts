/** Follows the tutorial: makes its files and runs every command, in their order. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { tintypeBin } from '../../packages/core/test/support/tintype-bin.ts';
import { testKey } from '../../packages/core/test/support/project.ts';
import { codeBlocks, markdownPages, repository } from './support/pages.ts';

const run = promisify(execFile);

test('every command of the tutorial works, and the page has its pictures', async () => {
  const page = markdownPages().find(({ file }) => file === 'docs/tutorial.md')!;
  const folder = await mkdtemp(join(tmpdir(), 'tintype-tutorial-'));
  const env = { PATH: process.env['PATH'], HOME: folder };
  await using api = await startOpenAiEmulator();
  const lines: string[] = [];
  try {
    for (const { language, name, code } of codeBlocks(page)) {
      if (name !== null) await writeFile(join(folder, name), code.replace('sk-…', testKey));
      if (language !== 'sh') continue;
      for (const line of code.trim().split('\n')) {
        lines.push(line);
        await follow(line);
      }
    }
    expect(lines.length).toBeGreaterThan(6);
    const html = await readFile(join(folder, 'public/index.html'), 'utf8');
    expect(html).toContain('alt="A market stall with lemons under a red awning"');
    const files = [...html.matchAll(/images\/([\w-]+\.\w+)/g)].map(([, file]) => file!);
    expect(files).toContain('stall-480w.avif');
    for (const file of files) await readFile(join(folder, 'public/images', file));
    expect(await readFile(join(folder, 'tintype-sheet.html'), 'utf8')).toContain('stall');
    expect(api.requests).toHaveLength(2);
    const map = await readFile(join(folder, 'public/images/tintype.assets.json'), 'utf8');
    expect(map, 'the last step leaves the bought pictures').not.toContain('"generated": false');
    expect(map).toContain('"generated": true');
  } finally {
    await rm(folder, { recursive: true });
  }

  /** `npm install` would fetch the released package; the test takes the one of this repository, and the emulator is the API. */
  async function follow(line: string): Promise<void> {
    const [program, ...args] = line.split(' ');
    // There is no terminal that could ask.
    const paid = { OPENAI_BASE_URL: api.baseUrl, TINTYPE_MISSING: 'buy' };
    if (line === 'npm install --save-dev tintype') {
      await mkdir(join(folder, 'node_modules'));
      await symlink(join(repository, 'packages/cli'), join(folder, 'node_modules/tintype'));
    } else if (program === 'npx' && args[0] === 'tintype') {
      await run(process.execPath, [tintypeBin, ...args.slice(1)], {
        cwd: folder,
        env: line === 'npx tintype' ? { ...env, ...paid } : env,
      });
    } else if (program === 'node') {
      await run(process.execPath, ['-C', 'tintype-source', ...args], { cwd: folder, env });
    } else {
      expect(line).toBe('npm init --yes');
      await run('npm', args, { cwd: folder, env });
    }
  }
});
