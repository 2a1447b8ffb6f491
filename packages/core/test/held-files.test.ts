import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openScene } from './robustness/scene.ts';

const onWindows = fileURLToPath(new URL('robustness/on-windows.ts', import.meta.url));
const small =
  'quality: low, size: 1408x480, output_format: jpeg, decorative: true, formats: [jpeg], placeholder: none';
const files = {
  'a.images.yaml': `images: { ada: { prompt: ada, ${small} }, bob: { prompt: bob, ${small} } }`,
};

/** A virus scanner reads each new file, so that each name is taken at the third try. */
const held = (code: string) =>
  ({ kind: 'fail', pattern: '^(rename|unlink) .+ #[12]$', code }) as const;

test.each(['EPERM', 'EBUSY'])('on Windows each file is held for a moment: %s', async (code) => {
  await using scene = await openScene(files);
  const { events, stderr } = await scene.run({ fault: held(code), imports: [onWindows] });
  expect(events.filter(({ type }) => type === 'failed' || type === 'warning')).toEqual([]);
  expect(stderr).toBe('');
  expect(events.filter(({ type }) => type === 'written').length).toBeGreaterThanOrEqual(3);
  expect(await readdir(join(scene.project, '.tintype/attempts'))).toEqual([]);
  expect((await scene.run({ args: ['--frozen', '--reporter', 'json'] })).code).toBe(0);
  expect(scene.api.ledger).toHaveLength(2);
});

test('elsewhere a name that cannot be taken is an error at once', async () => {
  await using scene = await openScene(files);
  const { code, ms } = await scene.run({ fault: held('EPERM') });
  expect(code).toBe(1);
  expect(ms).toBeLessThan(10_000);
  expect(scene.api.ledger.length).toBeLessThanOrEqual(1);
});
