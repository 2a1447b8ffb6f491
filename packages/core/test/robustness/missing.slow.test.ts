import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openScene, type Scene } from './scene.ts';
import type { Ended, Start } from './tintype-process.ts';

const spy = fileURLToPath(new URL('provider-spy.ts', import.meta.url));
const image =
  'quality: low, size: 1408x480, output_format: jpeg, placeholder: none, decorative: true';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ 'a.images.yaml': `images:\n  ada: { prompt: ada, ${image} }\n` });
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.reset());

/** Runs a command. `seen`: a line for each provider that it made and each connection that it opened. */
async function spiedOn(start: Partial<Start>): Promise<{ ended: Ended; seen: string }> {
  const log = join(scene.dir, 'spy.log');
  await writeFile(log, '');
  const ended = await scene.run({ ...start, imports: [spy], env: { ...start.env, SPY_LOG: log } });
  return { ended, seen: await readFile(log, 'utf8') };
}

const without = { OPENAI_API_KEY: '' };

describe('if originals are missing', () => {
  test('buy makes the provider and sends requests, and the spy sees both', async () => {
    const { ended, seen } = await spiedOn({ args: ['--missing', 'buy'] });
    expect(ended.code).toBe(0);
    expect(seen).toMatch(/^(made\n)+(connected\n)+$/);
  });

  test.each([
    ['--missing fail', ['--missing', 'fail'], without, 3],
    ['--frozen', ['--frozen'], without, 3],
    ['CI', [], { ...without, TINTYPE_MISSING: '', CI: 'true' }, 3],
    ['no terminal', [], { ...without, TINTYPE_MISSING: '' }, 3],
    ['--missing fail with a key', ['--missing', 'fail'], {}, 3],
    ['--missing standin', ['--missing', 'standin'], without, 0],
    ['plan', ['plan'], without, 0],
    ['check', ['check'], without, 0],
  ])('%s makes no paid provider and opens no connection', async (_, args, env, exit) => {
    const { ended, seen } = await spiedOn({ args, env });
    expect(ended).toMatchObject({ code: exit });
    // Plan and check ask the provider what it cannot do, which needs no key and no network.
    expect(
      seen.replaceAll('made\n', args[0] === 'plan' || args[0] === 'check' ? '' : 'made\n'),
    ).toBe('');
    expect(scene.api.requests).toEqual([]);
  });

  test('in CI stored pictures are delivered without a key, a provider or a connection', async () => {
    await scene.run();
    const { ended, seen } = await spiedOn({
      args: [],
      env: { ...without, TINTYPE_MISSING: '', CI: '1' },
    });
    expect(ended).toMatchObject({ code: 0 });
    expect(seen).toBe('');
  });

  test('the list has the reason and the price of each picture', async () => {
    const images = (fields: Record<string, string>) =>
      `images:\n${Object.entries(fields)
        .map(([id, field]) => `  ${id}: { ${field}, ${image} }\n`)
        .join('')}`;
    await scene.write('a.images.yaml', images({ ada: 'prompt: ada', bob: 'prompt: bob' }));
    await scene.run();
    const changed = {
      ada: 'prompt: ada in a hat',
      bob: 'prompt: bob, model: gpt-image-2',
      cid: 'prompt: cid, take: 3',
    };
    await scene.write('a.images.yaml', images(changed));
    const { code, stderr } = await scene.run({
      args: ['--missing', 'fail', '--reporter', 'plain'],
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/ada {2}prompt changed since [0-9a-f]{8}… {2}\$0\.\d+/);
    expect(stderr).toMatch(/bob {2}model changed since [0-9a-f]{8}… {2}\$0\.\d+/);
    expect(stderr).toMatch(/cid {2}new {2}\$0\.\d+/);
    expect(stderr).toMatch(/3 originals are missing/);
    expect(scene.api.ledger).toHaveLength(2);
  });
});
