import { systemClock, generate } from '@tintype/core';
import { moderationBlocked, startOpenAiEmulator } from '@tintype/emulators/openai';
import { openQueuedWorkers } from '@tintype/queue';
import { expect, onTestFinished, test } from 'vitest';
import { launchBrowser, noBrowser } from '../../core/test/support/browser.ts';
import { testProject } from '../../core/test/support/project.ts';
import { missingRedis, startRedis } from '../../queue/test/support/redis-server.ts';
import { serveDashboard } from '../src/serve-dashboard.ts';
import { startWorker } from './support/start-worker.ts';

const manifest = `images:
  owl: { prompt: a walrus and an owl, alt: an owl, size: 1024x1024, quality: low }
  fox: { prompt: a walrus and a fox, alt: a fox, size: 1024x1024, quality: low }
`;

test.skipIf(noBrowser !== false || missingRedis !== '')(
  `the page shows what became of a picture, and no prompt ${noBrowser || missingRedis}`,
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    await using api = await startOpenAiEmulator();
    await using project = await testProject({ 'a.images.yaml': manifest }, api.baseUrl);
    api.fail(moderationBlocked('input'), { prompt: 'fox' });
    const url = `${redis.url}?name=seen`;
    const context = await project.context({ clock: systemClock });
    await startWorker(url, context);
    const workers = await openQueuedWorkers(url, context);
    await generate({ ...context, workers });
    await workers.close();
    const dashboard = await serveDashboard(url, { port: 0, allowsChanges: false });
    onTestFinished(dashboard.close);

    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    // bull-board asks Google for fonts. The policy of the page refuses that, and it uses others.
    page.on('response', (response) => {
      if (!response.url().startsWith(new URL(dashboard.url).origin)) problems.push(response.url());
    });
    page.on('console', (message) => {
      const isRefusedFont = message.text().startsWith("Loading the stylesheet 'https://fonts.");
      if (message.type() === 'error' && !isRefusedFont) problems.push(message.text());
    });
    await page.goto(`${dashboard.url}queue/seen-buy?status=failed`);
    await page.getByText('moderation').first().waitFor();
    const failed = await page.locator('body').innerText();
    await page.goto(`${dashboard.url}queue/seen-buy?status=completed`);
    await page.getByText('a.images.yaml').first().waitFor();
    const completed = await page.locator('body').innerText();
    for (const text of [failed, completed]) {
      expect(text).toContain('Tintype: seen');
      expect(text).not.toContain('walrus');
    }
    expect(problems).toEqual([]);
  },
);
