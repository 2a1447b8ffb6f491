import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, noBrowser } from '../../../packages/core/test/support/browser.ts';
import { openPage, smallestThatFills } from '../../support/open-page.ts';
import { runScript } from '../../support/run-script.ts';

const root = join(import.meta.dirname, '..');
const types = join(root, 'tintype-env.d.ts');
const reason = noBrowser === false ? '' : ` (skipped: ${noBrowser})`;

describe.skipIf(noBrowser !== false)(`in Chromium${reason}`, () => {
  let browser: Browser;
  let server: Server;
  let printed: string;
  let committed: string;

  beforeAll(async () => {
    committed = await readFile(types, 'utf8');
    printed = await runScript(root, 'build');
    browser = await launchBrowser();
    server = createServer((request, response) => {
      const file = request.url === '/' ? '/index.html' : request.url!;
      readFile(join(root, file)).then(
        (bytes) => response.setHeader('content-type', typeOf[extname(file)] ?? '').end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test('the build succeeds without a key, and the committed types match the manifest', async () => {
    expect(printed).toContain('compiled');
    expect(printed).not.toMatch(/error/i);
    expect(await readFile(types, 'utf8')).toBe(committed);
  });

  test.each([390, 1280])(
    '%d pixels wide, every image is the smallest file that fills its place, and nothing moves',
    async (width) => {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      await using shown = await openPage(browser, address, { width, height: 900 });
      expect(shown.problems).toEqual([]);
      expect(shown.images.map(({ alt }) => alt)).toEqual([
        'A wooden hull on the slipway at low tide.',
        'A clinker dinghy upside down on two trestles.',
        'A fishing smack with a new mast and no sails yet.',
      ]);
      for (const image of shown.images) {
        expect(image.isLoaded).toBe(true);
        expect(image.hasSize).toBe(true);
        expect(image.fileWidth).toBe(smallestThatFills(image));
      }
      expect(await shown.layoutShift()).toBe(0);
    },
  );
});

const typeOf: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.webp': 'image/webp',
  '.jpeg': 'image/jpeg',
};
