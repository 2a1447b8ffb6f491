import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tintypeBin } from '../../core/test/support/tintype-bin.ts';
import { type Finished, runBin } from './support/run-bin.ts';

let folder: string;

const manifest = 'images:\n  hero: { prompt: A keeper, alt: A keeper, provider: offline }\n';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'a.images.yaml'), manifest);
});
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

function tintype(...args: string[]): Promise<Finished> {
  return runBin(folder, args);
}

describe('tintype sheet', () => {
  test('writes one file, and says which', async () => {
    const { code, stdout, stderr } = await tintype('sheet');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^tintype-sheet\.html written: 1 image, 1 picture, [\d.]+ kB\.\n$/);
    const html = readFileSync(join(folder, 'tintype-sheet.html'), 'utf8');
    expect(html).toContain('"id":"hero"');
  });

  test('writes it to the given path', async () => {
    const { code, stdout } = await tintype('sheet', '--out', 'ci/sheet.html');
    expect(code).toBe(0);
    expect(stdout).toContain(join('ci', 'sheet.html'));
    expect(readFileSync(join(folder, 'ci/sheet.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  test('reports a mistake in a manifest, and writes nothing', async () => {
    writeFileSync(join(folder, 'a.images.yaml'), manifest.replace('alt', 'atl'));
    const { code, stdout, stderr } = await tintype('sheet');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/a\.images\.yaml:2:29 .*there is no field "atl"/);
    expect(() => readFileSync(join(folder, 'tintype-sheet.html'))).toThrow('ENOENT');
  });
});

describe('tintype review', () => {
  test('prints its address, answers there, and ends with Ctrl-C', async () => {
    const review = startReview();
    const url = await review.url;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/__tintype\/[\w-]{43}\/$/);
    const sheet = (await (await fetch(`${url}data`)).json()) as { images: { id: string }[] };
    expect(sheet.images.map(({ id }) => id)).toEqual(['hero']);
    expect((await fetch(new URL('/__tintype/wrong/data', url))).status).toBe(403);
    review.stop();
    expect(await review.code).toBe(0);
  });

  test('keeps running if a manifest is or becomes invalid', async () => {
    writeFileSync(join(folder, 'a.images.yaml'), manifest.replace('alt', 'atl'));
    const review = startReview();
    const url = await review.url;
    const broken = (await (await fetch(`${url}data`)).json()) as { diagnostics: unknown[] };
    expect(broken.diagnostics).toHaveLength(2);
    review.stop();
    expect(await review.code).toBe(0);
  });

  test.runIf(process.platform === 'linux')(
    'gives its address to the browser in a file that only this user can read, and removes the file',
    async () => {
      const bin = join(folder, 'bin');
      mkdirSync(bin);
      const note = join(folder, 'opened');
      writeFileSync(
        join(bin, 'xdg-open'),
        `#!/bin/sh\n{ echo "$@"; stat -c '%a' "$1" "$(dirname "$1")"; cat "$1"; env; } > '${note}.part'; mv '${note}.part' '${note}'\n`,
        { mode: 0o755 },
      );
      const path = `${bin}:${process.env['PATH']}`;
      const review = startReview(['--open'], { PATH: path, OPENAI_API_KEY: 'sk-RECOGNISABLE' });
      const url = await review.url;
      await expect.poll(() => existsSync(note)).toBe(true);
      const opened = readFileSync(note, 'utf8');
      const [argv = '', fileMode, folderMode] = opened.split('\n');
      expect(argv).toMatch(/open\.html$/);
      expect(argv).not.toContain(url.split('/').at(-2));
      expect([fileMode, folderMode]).toEqual(['600', '700']);
      expect(opened).toContain(`url=${url}"`);
      expect(opened).not.toContain('RECOGNISABLE');
      review.stop();
      expect(await review.code).toBe(0);
      expect(existsSync(argv)).toBe(false);
    },
  );

  test('a port that is in use or invalid is exit 2', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = await tintype('review', '--port', String(port));
    expect(taken).toMatchObject({ code: 2, stderr: `tintype: port ${port} is taken\n` });
    expect(await tintype('review', '--port', '70000')).toMatchObject({ code: 2 });
    other.close();
  });
});

/** Starts `tintype review` in a process of its own. A test ends it as a terminal would. */
function startReview(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [tintypeBin, 'review', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    url: new Promise<string>((resolve) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    }),
    code: new Promise<number | null>((resolve) => child.once('close', resolve)),
    stop: () => child.kill('SIGINT'),
  };
}
