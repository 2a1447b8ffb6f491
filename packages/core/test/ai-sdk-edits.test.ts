/** Edits, masks and interrupted calls of a model of the AI SDK whose package sends pictures in another way than OpenAI's. */
import { createReplicate } from '@ai-sdk/replicate';
import { startReplicateEmulator } from '@tintype/emulators/replicate';
import { expect, test } from 'vitest';
import { fromAiSdk } from '../src/index.ts';
import { eventsOf } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { testProject } from './support/project.ts';
import { testToken } from './support/test-keys.ts';

const flux = 'black-forest-labs/flux-emulated';

async function open(more: string) {
  const emulator = await startReplicateEmulator({ tokens: [testToken], deliversFromApi: true });
  const model = createReplicate({ baseURL: emulator.baseUrl, apiToken: testToken }).image(flux);
  const project = await testProject({
    'a.images.yaml': `images: { fox: { prompt: a fox, provider: far, model: ${flux}, size: 1024x1024, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg${more} } }`,
    'one.png': await picture('png', { width: 64, height: 64 }),
    'mask.png': await picture('png', { width: 64, height: 64, alpha: 0.5 }),
  });
  const providers = {
    far: fromAiSdk(model, { providerOptions: { replicate: { output_format: 'png' } } }),
  };
  return {
    emulator,
    project,
    run: { env: { GITHUB_RUN_ID: '4711' }, options: { providers, allowUnpriced: true } },
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

test.each([
  ['an edit', ', input_images: [one.png]', ['image']],
  ['a mask', ', input_images: [one.png], mask: mask.png', ['image', 'mask']],
])(
  '%s is ordered once with its pictures, and a second run sends nothing',
  async (_, more, names) => {
    await using setup = await open(more);
    const { result, events } = await setup.project.generate(setup.run);
    expect(eventsOf(events, 'failed')).toEqual([]);
    expect(result).toMatchObject({ bought: 1, delivered: 1 });
    const [{ input }] = setup.emulator.ledger as [(typeof setup.emulator.ledger)[number]];
    for (const name of names) expect(input[name]).toMatch(/^(data:image\/png;base64,|http)/);
    expect((await setup.project.generate(setup.run)).result).toMatchObject({ bought: 0 });
    expect(setup.emulator.ledger).toHaveLength(1);
  },
);

test('an interrupted run keeps the picture that was ordered', async () => {
  await using setup = await open('');
  const interrupt = new AbortController();
  const first = setup.project.generate({ ...setup.run, signal: interrupt.signal });
  await expect.poll(() => setup.emulator.made.length).toBe(1);
  interrupt.abort();
  await first;
  expect((await setup.project.generate(setup.run)).result).toMatchObject({
    bought: 0,
    delivered: 1,
  });
  expect(setup.emulator.ledger).toHaveLength(1);
});
