import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Examination } from '@tintype/core';
import { tintypeBin } from '../../core/test/support/tintype-bin.ts';
import { main } from '../src/main.ts';
import { FakeOutput, FakeShell } from './support/fake-shell.ts';
import { runBin } from './support/run-bin.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('--help is exit 0, on stdout, without colours', async () => {
  const { code, stdout, stderr } = await runBin(folder, ['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Exit codes:');
  expect(stdout).not.toContain('\x1b');
});

test('a mistyped flag is exit 2, on stderr, and touches nothing', async () => {
  const { code, stdout, stderr } = await runBin(folder, ['plan', '--jsn']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('Did you mean --json?');
  expect(readdirSync(folder)).toEqual([]);
});

test('with a Node that is too old, one line says so, without a stack', () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } });`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(older)}`, tintypeBin],
    { cwd: folder, encoding: 'utf8' },
  );
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'tintype: Tintype needs Node 22.19 or later, and this is Node 20.11.1. Install a newer Node: https://nodejs.org. Nothing was done\n',
  });
});

test('--help fits into 80 columns, and no line has only one word', async () => {
  for (const command of ['', 'generate', 'plan', 'verify', 'prune', 'pick', 'sheet', 'review']) {
    const shell = new FakeShell({ stdout: new FakeOutput({ isTTY: true, columns: 80 }) });
    await main([...(command === '' ? [] : [command]), '--help'], shell);
    const lines = shell.stdout.text.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const [description = []] = shell.stdout.text
      .split('\n\n')
      .slice(1, 2)
      .map((paragraph) => paragraph.split('\n'));
    for (const line of description.slice(0, -1)) expect(line.length).toBeGreaterThan(60);
  }
});

test.skipIf(process.platform !== 'linux').each([
  { set: {}, threads: 10, encodes: 8, says: '8 files at once' },
  {
    set: { UV_THREADPOOL_SIZE: '6' },
    threads: 6,
    encodes: 5,
    says: '5 files at once; 8 with UV_THREADPOOL_SIZE=10',
  },
])(
  'on 8 processors with $set, $threads threads encode $encodes files',
  ({ set, threads, encodes, says }) => {
    const script = `
    import { readdirSync, readFileSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    import os from 'node:os';
    os.availableParallelism = () => 8;
    syncBuiltinESMExports();
    process.on('exit', () => {
      const names = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/comm', 'utf8'));
      process.stderr.write(String(names.filter((name) => name === 'libuv-worker\\n').length));
    });`;
    const preload = `data:text/javascript,${encodeURIComponent(script)}`;
    const doctor = (...flags: string[]) =>
      spawnSync(process.execPath, ['--import', preload, tintypeBin, 'doctor', ...flags], {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], ...set },
      });
    const { stdout, stderr } = doctor('--json');
    const { system } = JSON.parse(stdout) as Examination;
    expect({ threads: Number(stderr), encodes: system.encodesAtOnce }).toEqual({
      threads,
      encodes,
    });
    expect(doctor().stdout).toContain(`encodes       ${says}\n`);
  },
);

test('--help loads neither core nor its image library', async () => {
  const script = `
    process.argv.push('--help');
    await import(${JSON.stringify(tintypeBin)});
    const loaded = process.report.getReport().sharedObjects.filter((file) => /sharp|vips/.test(file));
    console.error(loaded.length);`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, 'tintype'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('0\n');
});

test('a reader that closes the pipe does not end the run', () => {
  const command = 'exec 3>&1; { "$0" "$1" --help; echo "rc $?" >&3; } | true';
  const args = ['-c', command, process.execPath, tintypeBin];
  const { stdout } = spawnSync('sh', args, { encoding: 'utf8' });
  expect(stdout).toBe('rc 0\n');
});
