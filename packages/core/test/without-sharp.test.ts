import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openScene } from './robustness/scene.ts';

const imports = [fileURLToPath(new URL('robustness/without-sharp.ts', import.meta.url))];
const small = 'quality: low, size: 1408x480, decorative: true, formats: [jpeg], placeholder: none';
const files = {
  'a.images.yaml': `images:\n${['ada', 'bob', 'cid'].map((id) => `  ${id}: { prompt: ${id}, ${small} }\n`).join('')}`,
};
const reason =
  /^sharp does not run here, so no picture can be read or encoded: Could not load the "sharp" module using the \S+ runtime\. /;

test('where sharp does not run nothing is bought, and the reason is said once', async () => {
  await using scene = await openScene(files);
  const { code, events, stderr } = await scene.run({ imports });
  expect(code).toBe(1);
  expect(stderr).toBe('');
  const failures = events.filter((event) => event.type === 'failed');
  expect(failures).toHaveLength(3);
  for (const failure of failures)
    expect(failure).toMatchObject({ code: 'sharp-unavailable', maybeBilled: false });
  expect(failures.filter(({ message }) => reason.test(message))).toHaveLength(1);
  expect(scene.api.requests).toEqual([]);
  expect(await readdir(join(scene.project, '.tintype/attempts')).catch(() => [])).toEqual([]);
});

test('nothing is ordered in a batch, either', async () => {
  await using scene = await openScene(files);
  const { code, stdout, stderr } = await scene.run({ imports, args: ['--batch'] });
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('sharp does not run here');
  expect(scene.api.files.all).toEqual([]);
});

test('an answer that an earlier run received is not called damaged', async () => {
  await using scene = await openScene(files);
  const fault = {
    kind: 'kill-nth',
    pattern: 'rename .+originals|link .+originals',
    nth: 1,
    when: 'before',
  } as const;
  expect((await scene.run({ fault, args: ['ada', '--reporter', 'json'] })).code).toBeNull();
  const without = await scene.run({ imports, args: ['ada', '--reporter', 'json'] });
  expect(without.code).toBe(1);
  expect(without.stderr).toContain('tintype: sharp does not run here');
  expect((await scene.run({ args: ['ada', '--reporter', 'json'] })).code).toBe(0);
  expect(scene.api.ledger).toHaveLength(1);
});

test('where sharp may not read SVG no drawing is bought', async () => {
  await using scene = await openScene({
    'a.images.yaml':
      'images: { logo: { prompt: logo, model: gpt-image-2.6-flare, output_format: svg, decorative: true } }',
  });
  const { code, events } = await scene.run({ env: { VIPS_BLOCK_UNTRUSTED: '1' } });
  expect(code).toBe(1);
  expect(events.filter(({ type }) => type === 'failed')).toMatchObject([
    {
      code: 'sharp-unavailable',
      message: expect.stringContaining('sharp cannot read svg here, so no such picture is bought'),
      maybeBilled: false,
    },
  ]);
  expect(scene.api.ledger).toEqual([]);
});

test('where sharp may not read SVG it is said why there is no stand-in', async () => {
  await using scene = await openScene(files);
  const args = ['--missing', 'standin', '--reporter', 'json', 'ada'];
  const { code, events } = await scene.run({ env: { VIPS_BLOCK_UNTRUSTED: '1' }, args });
  expect(code).toBe(1);
  expect(events.filter(({ type }) => type === 'failed')).toMatchObject([
    { code: 'encode', message: expect.stringContaining('VIPS_BLOCK_UNTRUSTED') },
  ]);
});
