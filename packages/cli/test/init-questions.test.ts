import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { main } from '../src/main.ts';
import { FakeShell } from './support/fake-shell.ts';

/** Runs `init` on a terminal, and types a line at each question. After the last line the input ends. */
async function initWith(lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-init-'));
  onTestFinished(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
  const input = new PassThrough();
  const output = new PassThrough({ encoding: 'utf8' });
  const left = [...lines];
  let asked = '';
  output.on('data', (text: string) => {
    asked += text;
    if (!text.endsWith(']: ')) return;
    const line = left.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  const terminal = { input, output, interrupt: () => {} };
  const shell = new FakeShell({ cwd: folder, terminal });
  const code = await main(['init'], shell);
  return { folder, code, asked, left, said: shell.stdout.text, errors: shell.stderr.text };
}

test('Enter takes what is suggested', async () => {
  const { folder, code, asked } = await initWith(['', '', '']);
  expect(code).toBe(0);
  expect(asked.match(/\?\n/g)).toHaveLength(3);
  expect(existsSync(join(folder, '.github/workflows/tintype.yml'))).toBe(true);
  expect(readFileSync(join(folder, 'tintype.config.ts'), 'utf8')).toContain(
    "outDir: 'public/images'",
  );
});

test('a number chooses, and what is no answer is asked again', async () => {
  const { folder, code, asked, left, said } = await initWith(['9', 'next', '3', '3', '2']);
  expect({ code, left }).toEqual({ code: 0, left: [] });
  expect(asked.match(/How do pages get their pictures\?/g)).toHaveLength(3);
  const config = readFileSync(join(folder, 'tintype.config.ts'), 'utf8');
  expect(config).toContain('module:');
  expect(config).toContain("from '@tintype/s3'");
  expect(said).toContain('npm install --save-dev tintype @tintype/s3');
  expect(existsSync(join(folder, '.gitlab-ci.yml'))).toBe(true);
});

test('at the end of the input nothing is written', async () => {
  const { folder, code, errors } = await initWith(['1']);
  expect(code).toBe(130);
  expect(errors).toContain('interrupted; nothing was written');
  expect(readdirSync(folder)).toEqual([]);
});
