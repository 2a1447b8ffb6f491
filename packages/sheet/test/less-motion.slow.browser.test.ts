import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { launchBrowser, noBrowser } from '../../core/test/support/browser.ts';
import { testProject } from '../../core/test/support/project.ts';
import { writeSheet } from '../src/index.ts';

const api = useApi();
const skipped = noBrowser === false ? '' : ` (skipped: ${noBrowser})`;

describe.skipIf(noBrowser !== false)(`in Chromium${skipped}`, () => {
  test('the file of a sheet plays an animation, except for readers who prefer less motion', async () => {
    await using project = await testProject(
      {
        'a.images.yaml':
          'images: { moth: { prompt: A moth, alt: A moth, model: gpt-image-2.6-flare, quality: low, output_format: gif, size: 320x256, frame_count: 3 } }',
      },
      api().baseUrl,
    );
    await project.generate();
    const { file } = await writeSheet(await project.context());
    const browser = await launchBrowser();
    try {
      const framesFor = async (reducedMotion: 'reduce' | 'no-preference') => {
        const page = await browser.newPage({ reducedMotion });
        await page.goto(pathToFileURL(file).href);
        const url = await page.locator('.card img[src]').first().getAttribute('src');
        const bytes = Buffer.from(url!.split(',')[1]!, 'base64');
        return (await sharp(bytes, { animated: true }).metadata()).pages ?? 1;
      };
      expect(await framesFor('no-preference')).toBe(3);
      expect(await framesFor('reduce')).toBe(1);
    } finally {
      await browser.close();
    }
  });
});
