import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverError } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { git } from '../../core/test/support/git.ts';
import type { PlanDocument } from '../src/format/plan-document.ts';
import { runBin } from './support/run-bin.ts';

const api = useApi();

test('a run that bought and then failed says what to commit, too', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tintype-'));
  const image = 'quality: low, size: 1408x480, decorative: true, output_format: jpeg';
  const names = ['a', 'b', 'c'];
  const lines = names.map((name) => `  ${name}: { prompt: ${name}, ${image} }\n`);
  await writeFile(join(root, 'a.images.yaml'), `images:\n${lines.join('')}`);
  await writeFile(join(root, 'package.json'), '{}');
  git(root, 'init', '--quiet');
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: api().baseUrl };
  const { totals } = JSON.parse(
    (await runBin(root, ['plan', '--json'], env)).stdout,
  ) as PlanDocument;
  // The budget is too small for a second request.
  api().fail(serverError(500, { billed: true }), { prompt: 'b' });

  const { code, stderr } = await runBin(root, ['--max-cost', `${totals.costUsd!.high}`], env);
  expect(code).toBe(4);
  expect(stderr).toContain('2 pictures are in no commit yet. To keep them:');
  expect(stderr).toContain('git add -- .tintype && git commit -m "Add pictures" -- .tintype');

  const nothing = await runBin(root, ['--max-cost', '0'], env);
  expect(nothing.code).toBe(4);
  expect(nothing.stderr).not.toContain('in no commit');
  await rm(root, { recursive: true });
});
