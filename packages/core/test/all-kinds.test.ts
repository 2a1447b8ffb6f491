/** One manifest with everything that the image APIs make, from the servers that people have in between. */
import {
  type OpenAiEmulator,
  startOpenAiEmulator,
  svgAuthorPrices,
} from '@tintype/emulators/openai';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openAi } from '../src/index.ts';
import { markupOf } from '../src/internal.ts';
import { eventsOf, useApi } from './support/api.ts';
import { startIdleGateway } from './support/idle-gateway.ts';
import { picture } from './support/pictures.ts';
import { testProject } from './support/project.ts';

const api = useApi();
const slow = useApi({ latencyMs: 4400 });

const mono = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#123" d="M1 1h9v9z"/></svg>',
);
const azureKey = 'RECOGNISABLE.azure:key/0123456789';

const manifest = `defaults: { model: gpt-image-2.6-flare, quality: high, decorative: true, placeholder: none }
images:
  icon: { prompt: An icon of a moth, output_format: svg, provider: icons, recolor: true }
  logo: { prompt: A logo of a moth, output_format: svg, formats: [svg, png] }
  badge: { prompt: A badge that blinks, output_format: gif, size: 320x256, frame_count: 4, widths: [64] }
  card: { prompt: Remove the crossed-out lamp, input_images: [one.png], markup: notes.png, size: 1408x480 }
  quay: { prompt: A quay at dawn, provider: gateway, size: 1408x480, partial_images: 1 }
  hall: { prompt: A hall of palms, provider: azure, model: gpt-image-2, size: 1408x480 }
`;

test('it is bought for what the plan says, and a second run sends nothing', async () => {
  await using icons = await startOpenAiEmulator({ pictures: [mono] });
  await using azure = await startOpenAiEmulator({ isAzure: true, apiKeys: [azureKey] });
  await using gateway = await startIdleGateway(slow().baseUrl, { idleMs: 3600, pingMs: 100 });
  await using project = await testProject(
    {
      'a.images.yaml': manifest,
      'one.png': await picture(),
      'notes.png': await picture('png', { alpha: 0.5 }),
    },
    api().baseUrl,
  );
  const prices = { textIn: 5, imageIn: 8, imageOut: 30 };
  const run = {
    env: { AZURE_OPENAI_API_KEY: azureKey },
    options: {
      providers: {
        icons: openAi({ baseUrl: icons.baseUrl }),
        gateway: openAi({ baseUrl: gateway.baseUrl }),
        azure: openAi({
          baseUrl: `${azure.controlUrl}/openai/v1`,
          apiKeyName: 'AZURE_OPENAI_API_KEY',
          keyHeader: 'api-key',
          query: { 'api-version': 'preview' },
        }),
      },
      // Prices that are stated here are those of every provider.
      models: {
        'gpt-image-2.6-flare': { prices, svgCostUsd: { low: 0.01, high: 0.05 } },
        'gpt-image-2': { prices },
        'svg-author-1': { prices: svgAuthorPrices },
      },
    },
  };
  const servers: readonly OpenAiEmulator[] = [api(), icons, slow(), azure];
  const ledger = () => servers.flatMap((server) => server.ledger);

  const { totals } = await project.plan(run);
  expect(totals).toMatchObject({ missing: 6, unpriced: 0 });
  const { error, result, events } = await project.generate(run);
  expect(error).toBeNull();
  expect(eventsOf(events, 'failed')).toEqual([]);
  expect(result).toMatchObject({ bought: 6, delivered: 6 });
  expect(gateway.cuts).toBe(0);

  expect(servers.map((server) => server.ledger.length)).toEqual([3, 1, 1, 1]);
  const billed = ledger().reduce((sum, { costUsd }) => sum + costUsd, 0);
  expect(result!.costUsd).toBeCloseTo(billed, 5);
  expect(billed).toBeGreaterThanOrEqual(totals.costUsd!.low);
  expect(billed).toBeLessThanOrEqual(totals.costUsd!.high);
  const records = (await project.plan(run)).requests.map(({ stored }) =>
    stored?.kind === 'record' ? (stored.record.costUsd ?? NaN) : NaN,
  );
  expect(records.reduce((sum, costUsd) => sum + costUsd, 0)).toBeCloseTo(billed, 5);

  const icon = (await project.read('public/images/icon.svg')).toString();
  expect(markupOf(icon)).toMatch(/^<svg [^>]*><path fill="currentColor"/);
  expect(result!.assetMap.images).toMatchObject({
    logo: { sources: { svg: 'logo.svg 1024w', png: 'logo.png 1024w' } },
    badge: { src: 'badge.gif', still: 'badge.still-64w.webp 64w, badge.still.webp 320w' },
    card: { width: 1408 },
    quay: { width: 1408 },
    hall: { width: 1408 },
  });
  const badge = await sharp(await project.read('public/images/badge.webp')).metadata();
  expect(badge.pages).toBe(4);

  const requests = servers.map((server) => server.requests.length);
  const second = await project.generate(run);
  expect(second.result).toMatchObject({ bought: 0, delivered: 6, written: 0 });
  expect(servers.map((server) => server.requests.length)).toEqual(requests);
});
