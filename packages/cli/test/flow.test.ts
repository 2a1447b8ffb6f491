import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@tintype/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanDocument } from '../src/format/plan-document.ts';
import { type Finished, runBin } from './support/run-bin.ts';

let folder: string;

function tintype(...args: string[]): Promise<Finished> {
  return runBin(folder, args);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-'));
  await tintype('init');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('what init wrote', () => {
  test('has no mistakes', async () => {
    const { code, stdout, stderr } = await tintype('check');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '3 images in 1 manifest: no mistakes.\n',
      stderr: '',
    });
  });

  test('has a plan, as one document', async () => {
    const { code, stdout } = await tintype('plan', '--json');
    const plan = JSON.parse(stdout) as PlanDocument;
    expect(code).toBe(0);
    expect(plan.images.map(({ id, status }) => [id, status])).toEqual([
      ['hero', 'missing'],
      ['icon-home', 'missing'],
      ['icon-search', 'missing'],
    ]);
    expect(plan.totals).toMatchObject({ images: 3, missing: 3, unpriced: 0 });
  });

  test('has a plan for a person', async () => {
    const { code, stdout } = await tintype('plan');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^IMAGE .*\nhero +missing +gpt-image-2.5-flare +1536x1024 +\$/);
  });

  test('is not bought if that is not allowed, and the list has the prices', async () => {
    const { code, stdout, stderr } = await tintype('--frozen');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/tintype: [^]*hero[^]*icon-home[^]*\$/);
  });

  test('is not bought without a key', async () => {
    const { code, stderr } = await tintype();
    expect(code).toBe(2);
    expect(stderr).toContain('OPENAI_API_KEY');
  });

  test('is not bought over the budget', async () => {
    const { code } = await runBin(folder, ['--max-cost', '0.0001'], { OPENAI_API_KEY: 'sk-none' });
    expect(code).toBe(4);
  });
});

describe('with the offline provider', () => {
  test('a first run writes files that a second one leaves alone', async () => {
    const first = await tintype('--provider', 'offline');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^3 pictures delivered to public\/images: \d+ files written\.\n$/);
    const written = statSync(join(folder, 'public/images/hero.avif')).mtimeMs;

    const second = await tintype('--provider', 'offline');
    expect(second.code).toBe(0);
    expect(second.stdout).toBe('Nothing to do: 3 pictures are up to date.\n');
    expect(statSync(join(folder, 'public/images/hero.avif')).mtimeMs).toBe(written);
  });

  test('--reporter json prints one event on each line of stdout and nothing else', async () => {
    const args = ['--provider', 'offline', '--reporter', 'json', '--out-dir', 'other'];
    const { code, stdout } = await tintype(...args);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    expect(code).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: 'done', delivered: 3, bought: 0, failed: 0 });
    expect(events.map(({ type }) => type)).not.toContain('delivered');
  });

  test('--quiet prints nothing', async () => {
    const { stdout, stderr } = await tintype('--provider', 'offline', '--quiet');
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  });

  test('an unknown image is exit 2', async () => {
    const { code, stderr } = await tintype('heroo', '--provider', 'offline');
    expect(code).toBe(2);
    expect(stderr).toContain('heroo');
    expect(stderr).not.toContain('the command');
  });

  test('a mistyped command is reported as one', async () => {
    const { code, stderr } = await tintype('plna');
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean the command 'plan'?");
  });
});

describe('a manifest with mistakes', () => {
  beforeAll(() => {
    const file = join(folder, 'tintype.images.yaml');
    const lines = readFileSync(file, 'utf8').replace('quality: medium', 'qualty: medium');
    writeFileSync(file, lines.replace('"3:2"', '"3:0"'));
  });

  test('is exit 2 with every mistake at its place, and counted', async () => {
    const { code, stdout, stderr } = await tintype('--provider', 'offline');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^tintype\.images\.yaml:5:3 {2}unknown-field {2}.*quality/m);
    expect(stderr).toMatch(/^tintype\.images\.yaml:17:19 /m);
    expect(stderr).toMatch(
      /tintype: 2 mistakes in 1 file; nothing was done\nMore about these codes: tintype explain unknown-field bad-format\n$/,
    );
  });

  test('is exit 2 for check', async () => {
    const { code, stdout } = await tintype('check');
    expect(code).toBe(2);
    expect(stdout).toContain('2 mistakes');
  });

  test('is annotated for GitHub', async () => {
    const { stdout } = await tintype('check', '--reporter', 'github');
    expect(stdout).toMatch(
      /^::error file=tintype\.images\.yaml,line=5,col=3,title=unknown-field::/m,
    );
  });
});
