import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, noBrowser } from '../../packages/core/test/support/browser.ts';
import { isQuick } from '../../packages/core/test/support/test-mode.ts';
import { type OpenPage, openPage, smallestThatFills, type Viewport } from './open-page.ts';
import { type RunningScript, runScript, serveScript } from './run-script.ts';

interface Example {
  readonly root: string;
  /** How many `<img>` the first page has. */
  readonly imageCount: number;
  /** How many alternative texts may be empty, because the picture adds nothing to the text. */
  readonly decorativeCount?: number;
}

/** An example that has been built and is served, and a browser. */
export interface Site {
  readonly browser: Browser;
  readonly address: string;
}

const windows: readonly Viewport[] = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
/** Each window on a screen of either kind, and in a quick run the first. */
const viewports = windows
  .flatMap((window) => [1, 2].map((pixelRatio) => ({ ...window, pixelRatio })))
  .slice(0, isQuick ? 1 : undefined);

/**
 * Tests every Vite example in a real browser: its dev server encodes the files that the page requests, and its build shows the
 * same pictures at the right sizes. `more` adds tests for one example.
 */
export function describeExample(
  { root, imageCount, decorativeCount = 0 }: Example,
  more: (site: () => Site) => void = () => {},
): void {
  const reason = noBrowser === false ? '' : ` (skipped: ${noBrowser})`;
  describe.skipIf(noBrowser !== false)(`in Chromium${reason}`, () => {
    let browser: Browser;
    let types: string;

    beforeAll(async () => {
      browser = await launchBrowser();
      types = await readTypes(root);
      // Remove the cache, so that the dev server has to encode everything. The build then finds its files.
      await rm(join(root, 'node_modules/.cache/tintype'), { recursive: true, force: true });
    });

    afterAll(() => browser?.close());

    test('the dev server shows every image, encoded when the page asks for it', async () => {
      await using dev = await serveScript(root, 'dev');
      await using shown = await openPage(browser, dev.address, viewports[0]!);
      expect(shown.images).toHaveLength(imageCount);
      expect(shown.images.filter(({ isLoaded }) => !isLoaded)).toEqual([]);
      for (const { file } of shown.images) expect(file).toContain('/@tintype/');
      expect(shown.problems).toEqual([]);
    });

    describe('built', () => {
      let preview: RunningScript;
      let printed: string;

      beforeAll(async () => {
        printed = await runScript(root, 'build');
        preview = await serveScript(root, 'preview');
      });

      afterAll(() => preview?.[Symbol.asyncDispose]());

      test('the build gives no warning', () => {
        expect(printed).not.toMatch(/warn|unsupported/i);
      });

      test('the committed types match the manifest', async () => {
        expect(await readTypes(root)).toBe(types);
      });

      describe.each(viewports)('$width pixels wide, at $pixelRatio x', (viewport) => {
        let shown: OpenPage;

        beforeAll(async () => {
          shown = await openPage(browser, preview.address, viewport);
        });

        afterAll(() => shown?.[Symbol.asyncDispose]());

        test('every image loads, and nothing is logged or fails', () => {
          expect(shown.images).toHaveLength(imageCount);
          expect(shown.images.filter(({ isLoaded }) => !isLoaded)).toEqual([]);
          expect(shown.problems).toEqual([]);
        });

        test('every image has width, height and alt', () => {
          const { images } = shown;
          expect(images.filter(({ hasSize, alt }) => !hasSize || alt === null)).toEqual([]);
          expect(images.filter(({ alt }) => alt === '')).toHaveLength(decorativeCount);
        });

        test('the browser takes the smallest file that fills the space: sizes and styles agree', () => {
          const responsive = shown.images.filter(({ widths }) => widths.length > 0);
          expect(responsive).not.toEqual([]);
          for (const image of responsive) {
            const { file, shownWidth, fileWidth } = image;
            expect(fileWidth, `${file}, shown ${shownWidth} wide`).toBe(smallestThatFills(image));
          }
        });

        test('the picture that is the largest at first is requested first, no picture twice, and only files that are shown', () => {
          const { images, largest, requested } = shown;
          const candidates = new Set(images.flatMap((image) => image.candidates));
          const ours = requested.filter((path) => candidates.has(path));
          expect(largest === null || ours[0] === largest, `${largest}: ${ours.join()}`).toBe(true);
          expect(ours.toSorted()).toEqual([...new Set(images.map(({ file }) => file))].toSorted());
        });

        test('nothing moves while the page loads, and nothing is wider than the window', async () => {
          expect(await shown.layoutShift()).toBe(0);
          expect(await shown.page.evaluate('document.documentElement.scrollWidth')).toBe(
            viewport.width,
          );
        });
      });

      more(() => ({ browser, address: preview.address }));
    });
  });
}

function readTypes(root: string): Promise<string> {
  return readFile(join(root, 'tintype-env.d.ts'), 'utf8');
}
