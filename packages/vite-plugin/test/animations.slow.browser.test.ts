import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, skipped } from './support/browser.ts';
import { type ViteProject, viteProject } from './support/vite-project.ts';

const files = {
  'site.images.yaml': `
images:
  badge:
    prompt: A badge
    alt: A badge
    provider: offline
    model: gpt-image-2.6-flare
    output_format: gif
    size: 320x256
    frame_count: 4
    frame_duration_ms: 100
    placeholder: none
`,
  'index.html':
    '<!doctype html><title>Badge</title><body><img src="tintype:badge" loading="eager">',
};

describe.skipIf(!hasBrowser)(`in Chromium${skipped}`, () => {
  let browser: Browser;
  let project: ViteProject;
  let server: Server;
  beforeAll(async () => {
    browser = await launchBrowser();
    project = await viteProject(files);
    await project.build();
    server = createServer((request, response) => {
      const path = request.url === '/' ? 'index.html' : request.url!.slice(1);
      const type = path.endsWith('.html') ? 'text/html' : `image/${path.split('.').at(-1)}`;
      readFile(join(project.root, 'dist', path)).then(
        (bytes) => response.setHeader('content-type', type).end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await project?.[Symbol.asyncDispose]();
  });

  async function open(reducedMotion: 'reduce' | 'no-preference'): Promise<Page> {
    const page = await browser.newPage({ reducedMotion });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(
      'document.images[0].complete && document.images[0].naturalWidth > 0',
    );
    return page;
  }

  const chosen = 'document.images[0].currentSrc';

  test('the WebP plays', async () => {
    const page = await open('no-preference');
    expect(await page.evaluate<string>(chosen)).toMatch(/\/badge-[\w-]{8}\.webp$/);
    const first = await page.locator('img').screenshot();
    await expect
      .poll(async () => first.equals(await page.locator('img').screenshot()), { timeout: 20_000 })
      .toBe(false);
    await page.close();
  });

  test('a reader who prefers less motion gets the first frame, which does not move', async () => {
    const page = await open('reduce');
    expect(await page.evaluate<string>(chosen)).toMatch(/\/badge\.still-[\w-]{8}\.webp$/);
    const first = await page.locator('img').screenshot();
    // More than two rounds of the animation.
    await page.waitForTimeout(900);
    expect(first.equals(await page.locator('img').screenshot())).toBe(true);
    await page.close();
  });
});
