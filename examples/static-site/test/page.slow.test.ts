import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, noBrowser } from '../../../packages/core/test/support/browser.ts';
import { tintypeBin } from '../../../packages/core/test/support/tintype-bin.ts';
import { type OpenPage, openPage, smallestThatFills } from '../../support/open-page.ts';

const run = promisify(execFile);

const example = join(import.meta.dirname, '..');

const skipped = noBrowser === false ? '' : ` (skipped: ${noBrowser})`;

/** A copy of the example, with a cache and a dist of its own. */
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'static-site-'));
  const isSource = (path: string) => !/[\\/](?:node_modules|dist|\.tintype|test)$/.test(path);
  await cp(example, root, { recursive: true, filter: isSource });
  await mkdir(join(root, 'node_modules'));
  await symlink(join(example, 'node_modules/@tintype'), join(root, 'node_modules/@tintype'));
  await build();
}, 600_000);

afterAll(() => rm(root, { recursive: true, force: true }));

test('a second run writes nothing and says so', async () => {
  const { events, page } = await build();
  expect(events.filter(({ type }) => type === 'written' || type === 'removed')).toEqual([]);
  expect(events.at(-1)).toMatchObject({ type: 'done', written: 0, removed: 0, bought: 0 });
  expect(page).toContain('Nothing to do');
});

describe.skipIf(noBrowser !== false)(`in Chromium${skipped}`, () => {
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    server = await serve(join(root, 'dist'));
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  describe.each([
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ])('$width pixels wide', (viewport) => {
    let shown: OpenPage;

    beforeAll(async () => {
      shown = await openPage(browser, addressOf(server), viewport);
    });

    afterAll(() => shown?.[Symbol.asyncDispose]());

    test('every image loads, and nothing is logged or fails', () => {
      expect(shown.images).toHaveLength(13);
      expect(shown.images.filter(({ isLoaded }) => !isLoaded)).toEqual([]);
      expect(shown.problems).toEqual([]);
    });

    test('every image is in a picture and has width, height and alt', () => {
      const incomplete = shown.images.filter(
        ({ isInPicture, hasSize, alt }) => !isInPicture || !hasSize || alt === null,
      );
      expect(incomplete).toEqual([]);
      expect(shown.images.filter(({ alt }) => alt === '').map(({ file }) => file)).toEqual([
        expect.stringMatching(/^\/images\/quay/),
      ]);
    });

    test('the first image is fetched ahead, the others when they are needed', () => {
      expect(shown.images.map(({ loading }) => loading)).toEqual([
        'eager',
        ...Array(12).fill('lazy'),
      ]);
    });

    test('the browser takes AVIF if there is one, and otherwise WebP', () => {
      for (const { file, types } of shown.images)
        expect(extname(file)).toBe(types.includes('image/avif') ? '.avif' : '.webp');
      expect(shown.images.filter(({ types }) => types.includes('image/avif'))).toHaveLength(12);
    });

    test('the browser takes the smallest file that fills the space: sizes and styles agree', () => {
      for (const image of shown.images) {
        const { file, shownWidth, fileWidth } = image;
        expect(fileWidth, `${file}, shown ${shownWidth} wide`).toBe(smallestThatFills(image));
      }
    });

    test('nothing moves while the page loads, and nothing is wider than the window', async () => {
      expect(await shown.layoutShift()).toBe(0);
      expect(await shown.page.evaluate('document.documentElement.scrollWidth')).toBe(
        viewport.width,
      );
    });
  });

  test.each([390, 1280])(
    'nothing moves while a slow page arrives, %d pixels wide',
    async (width) => {
      const slow = await serve(join(root, 'dist'), slowly);
      await using shown = await openPage(browser, addressOf(slow), { width, height: 844 });
      expect(await shown.layoutShift()).toBe(0);
      slow.close();
    },
  );

  test('the card for other sites is 1200 x 630', async () => {
    const page = await browser.newPage();
    await page.goto(addressOf(server));
    const address = await page.locator('meta[property="og:image"]').getAttribute('content');
    const { pathname, protocol } = new URL(address ?? '');
    expect(protocol).toBe('https:');
    expect(await page.evaluate(sizeOf(pathname))).toEqual([1200, 630]);
    await page.close();
  });

  test('the emblem is opaque in the middle and nothing is behind its corners', async () => {
    const page = await browser.newPage();
    await page.goto(addressOf(server));
    expect(await page.evaluate(alphaOf('/images/emblem.png'))).toEqual({ corner: 0, middle: 255 });
    await page.close();
  });
});

/** Runs both steps of `npm run build` as CI does: without a key, a network and a terminal. */
async function build() {
  const options = { cwd: root, env: { PATH: process.env['PATH'], CI: 'true' } };
  const made = await run(process.execPath, [tintypeBin, '--reporter', 'json'], options);
  const page = await run(process.execPath, ['build.ts'], options);
  const lines = made.stdout.trim().split('\n');
  return {
    events: lines.map((line) => JSON.parse(line) as { readonly type: string }),
    page: page.stdout,
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.avif': 'image/avif',
  '.webp': 'image/webp',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
};

/** Sends the first lines of a page one at a time, as over a slow connection. */
async function slowly(response: ServerResponse, page: Buffer): Promise<void> {
  const lines = page.toString().split(/(?<=\n)/);
  const body = lines.findIndex((line) => line.includes('<header'));
  const fold = lines.findIndex((line) => line.includes('</section>'));
  response.write(lines.slice(0, body + 1).join(''));
  // Chromium waits this long before it paints an incomplete page.
  await delay(600);
  for (const line of lines.slice(body + 1, fold)) {
    response.write(line);
    await delay(20);
  }
  response.end(lines.slice(fold).join(''));
}

/** Serves a folder on a free port of the loopback interface. */
async function serve(
  folder: string,
  sendPage = (response: ServerResponse, page: Buffer): unknown => response.end(page),
): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(folder, pathname === '/' ? 'index.html' : pathname);
    readFile(file).then(
      (bytes) => {
        response.setHeader('content-type', contentTypes[extname(file)] ?? '');
        return extname(file) === '.html' ? sendPage(response, bytes) : response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

// Code that runs in the page is text, because the tests have no DOM types.

function sizeOf(path: string): string {
  return `(async () => {
    const image = new Image();
    image.src = ${JSON.stringify(path)};
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  })()`;
}

function alphaOf(path: string): string {
  return `(async () => {
    const image = new Image();
    image.src = ${JSON.stringify(path)};
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(image, 0, 0);
    const alpha = (x, y) => context.getImageData(x, y, 1, 1).data[3];
    return { corner: alpha(2, 2), middle: alpha(width / 2, height / 2) };
  })()`;
}
