/** The site as readers see it: built offline, in a real browser. */
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, noBrowser } from '../../packages/core/test/support/browser.ts';
import { main } from '../../packages/cli/src/main.ts';
import { FakeShell } from '../../packages/cli/test/support/fake-shell.ts';

const docs = fileURLToPath(new URL('..', import.meta.url));
const site = join(docs, '.vitepress/dist');

let server: Server;
let address: string;

beforeAll(async () => {
  // The two steps of the package's `build`, from the sources.
  const shell = new FakeShell({ cwd: docs, env: { PATH: process.env['PATH'] } });
  if ((await main(['--quiet'], shell)) !== 0) throw new Error(shell.stderr.text);
  // Fails on a dead link.
  await promisify(execFile)(
    process.execPath,
    ['node_modules/vitepress/bin/vitepress.js', 'build'],
    { cwd: docs },
  );
  server = createServer((request, response) => void answer(request.url ?? '/', response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 300_000);
afterAll(() => server?.close());

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.webp': 'image/webp',
};

async function answer(url: string, response: import('node:http').ServerResponse): Promise<void> {
  const { pathname } = new URL(url, 'http://site');
  const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
  const file = extname(path) === '' ? `${path}.html` : path;
  const body = await readFile(join(site, file)).catch(() => null);
  response.statusCode = body === null ? 404 : 200;
  response.setHeader(
    'content-type',
    body === null ? 'text/html' : (types[extname(file)] ?? 'text/plain'),
  );
  const page = body ?? (await readFile(join(site, '404.html')));
  // On a slow line, the outline is on the screen before the text.
  const outline = page.indexOf('class="outline-marker');
  if (outline > 0) {
    response.write(page.subarray(0, outline));
    await setTimeout(300);
  }
  response.end(page.subarray(Math.max(outline, 0)));
}

/** Opens a page, and collects what its browser asked for. */
async function open(
  browser: Browser,
  path: string,
  options: Parameters<Browser['newPage']>[0] = {},
) {
  const page = await browser.newPage(options);
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries() as unknown as { value: number }[])
        shifts.sum += value;
    }).observe({ type: 'layout-shift' as never, buffered: true });
  });
  await page.goto(`${address}${path}`, { waitUntil: 'networkidle' });
  const shift = (): Promise<number> =>
    page.evaluate(() => (globalThis as unknown as { shifts: { sum: number } }).shifts.sum);
  return { page, problems, requests, shift };
}

async function heightAndWidth(page: Page) {
  return page.evaluate<readonly [number, number]>(
    '[document.documentElement.scrollWidth, innerWidth]',
  );
}

describe.skipIf(noBrowser)(`the site${noBrowser ? ` (${noBrowser})` : ''}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test.each(['/', '/tutorial', '/how-to/costs', '/reference/fields', '/reference/codes'])(
    '%s is small, stands still, and loads nothing from elsewhere',
    async (path) => {
      const { page, problems, requests, shift } = await open(browser, path);
      expect(problems).toEqual([]);
      expect(
        requests.filter((url) => !url.startsWith(address) && !url.startsWith('data:')),
      ).toEqual([]);
      expect(await shift()).toBeLessThan(0.01);
      const files = requests.filter(
        (url) => url.startsWith(address) && !/\.(?:webp|png)$/.test(url),
      );
      const sizes = await Promise.all(
        files.map(
          async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).byteLength,
        ),
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
      await page.close();
    },
  );

  test.each(['/', '/tutorial', '/reference/fields', '/reference/events'])(
    '%s fits on a phone',
    async (path) => {
      const { page } = await open(browser, path, { viewport: { width: 360, height: 740 } });
      const [wide, room] = await heightAndWidth(page);
      expect(wide).toBe(room);
      await page.close();
    },
  );

  test('it is dark for readers who prefer that', async () => {
    const backgrounds = await Promise.all(
      (['light', 'dark'] as const).map(async (colorScheme) => {
        const { page } = await open(browser, '/tutorial', { colorScheme });
        return page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      }),
    );
    expect(backgrounds).toEqual(['rgb(255, 255, 255)', 'rgb(27, 27, 31)']);
  });

  test('an address that does not exist says so', async () => {
    const { page } = await open(browser, '/nowhere');
    expect(await page.textContent('body')).toContain('PAGE NOT FOUND');
    await page.close();
  });

  describe('a search', () => {
    let page: Page;
    beforeAll(async () => {
      ({ page } = await open(browser, '/'));
      await page.click('.VPNavBarSearch button');
    });
    afterAll(() => page?.close());

    /** The pages of the results, from the best one. */
    const pagesFor = async (words: string) => {
      await page.fill('#localsearch-input', words);
      return async () => {
        const links = await page.$$eval('.results .result', (found) =>
          found.map((link) => new URL((link as unknown as { href: string }).href).pathname),
        );
        return [...new Set(links)];
      };
    };

    test.each([
      ['how do I set an API key', '/how-to/keys'],
      ['limit spending', '/how-to/costs'],
      ['build in CI without a key', '/how-to/ci'],
      ['same style for all images', '/how-to/house-style'],
      ['images from a CSV file', '/how-to/rows'],
      ['transparent background', '/how-to/transparent'],
      ['change an existing picture', '/how-to/edits'],
      ['choose between candidates', '/how-to/candidates'],
      ['open graph image', '/how-to/social-cards'],
      ['use my own pictures', '/how-to/import'],
      ['git lfs', '/how-to/which-store'],
      ['azure openai', '/servers'],
      ['dark mode', '/art-direction'],
      ['model deprecated', '/how-to/model-ends'],
      ['autocomplete in the editor', '/how-to/manifest'],
      ['monorepo', '/monorepos'],
    ])('the question “%s” is answered by the first result, %s', async (words, expected) => {
      const pages = await pagesFor(words);
      await expect.poll(async () => (await pages())[0]).toBe(expected);
    });

    test.each([
      ['csv rows', '/how-to/rows'],
      ['budget', '/how-to/costs'],
      ['asks before it buys', '/when-it-buys'],
      ['where a key may go', '/how-to/keys'],
      ['azure', '/servers'],
      ['fork', '/how-to/ci'],
      ['LFS', '/how-to/which-store'],
      ['vite-imagetools', '/how-to/from-imagetools'],
      ['candidates', '/how-to/candidates'],
      ['model is shut down', '/how-to/model-ends'],
      ['transparent', '/how-to/transparent'],
      ['social cards', '/how-to/social-cards'],
      ['alternative text', '/how-to/accessibility'],
      ['maxCostUsd', '/reference/options'],
      ['originals-missing', '/reference/codes'],
    ])('for “%s” finds %s among its first five pages', async (words, expected) => {
      const pages = await pagesFor(words);
      await expect.poll(async () => (await pages()).slice(0, 5)).toContain(expected);
    });
  });
});
