import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KnownModels } from '@tintype/core';
import { main } from '../src/main.ts';
import { FakeShell } from './support/fake-shell.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-models-'));
  await writeFile(join(root, 'package.json'), '{}');
  const models = { 'pictures-prod': { sameAs: 'gpt-image-2', pricedBy: 'azure' }, mine: {} };
  await writeFile(join(root, 'tintype.config.json'), JSON.stringify({ models }));
});
afterAll(() => rm(root, { recursive: true }));

/** In a project without a manifest and without a key. */
async function tintype(args: string) {
  const shell = new FakeShell({ cwd: root, env: {} });
  shell.time = Date.parse('2026-11-29T23:59:00Z');
  const code = await main(args.split(' '), shell);
  return { code, stdout: shell.stdout.text };
}

test('models lists what is known: prices, ends and what the config adds', async () => {
  const { code, stdout } = await tintype('models --json');
  expect(code).toBe(0);
  const { version, models, providers } = JSON.parse(stdout) as KnownModels & { version: number };
  expect(version).toBe(1);
  expect(providers).toEqual(['openai', 'replicate', 'imported', 'offline']);
  const named = (name: string) => models.find((model) => model.name === name);
  expect(named('gpt-image-2.5-flare')).toMatchObject({
    isDefault: true,
    isConfigured: false,
    hasMarkup: true,
    // 196 tokens at $30 a million, and up to 16 tokens of text.
    priceUsd: { size: '1024x1024', qualities: { low: { low: 0.00588, high: 0.00596 } } },
  });
  expect(named('gpt-image-1.5')).toMatchObject({
    shutdownDate: '2026-12-01',
    daysLeft: 2,
    successor: 'gpt-image-2.6-flare',
  });
  const deployment = { isConfigured: true, pricedBy: 'azure', sizes: 'free' };
  expect(named('pictures-prod')).toMatchObject(deployment);
  expect(named('pictures-prod')!.priceUsd).toEqual(named('gpt-image-2')!.priceUsd);
  expect(named('mine')).toMatchObject({ isConfigured: true, priceUsd: null });
});

test('models is a table for a person', async () => {
  const { stdout } = await tintype('models');
  expect(stdout).toMatch(/^MODEL +SIZES +QUALITIES +A PICTURE +ALSO +ENDS\n/);
  expect(stdout).toMatch(
    /\ngpt-image-2\.5-flare \(default\) +free +low medium high xhigh max +\$0\.0059–\$0\.2108 at openai /,
  );
  expect(stdout).toMatch(/\ngpt-image-1-mini .* 2026-12-01, in 2 d; use gpt-image-2\.6-flare\n/);
  expect(stdout).toMatch(/\ngpt-image-1 .* ended 2026-10-23; use /);
  expect(stdout).toMatch(/\nmine \(config\) +free .* \? /);
});
