import type { Browser, Page } from 'playwright-core';

/** A page after all of its images were scrolled into view. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly images: readonly ShownImage[];
  /** Warnings and errors of the console, exceptions, failed requests, answers with status 400 or more, pictures of failures. */
  readonly problems: readonly string[];
  /** The cumulative layout shift of the page, except what a click or a key caused. */
  readonly layoutShift: () => Promise<number>;
}

/** An `<img>` as the browser shows it. Widths are CSS pixels, which are equal to screen pixels here. */
export interface ShownImage {
  /** The path in the URL of the file that the browser chose. */
  readonly file: string;
  /** The file's width in its `srcset`; `null`: there was only one file. */
  readonly fileWidth: number | null;
  /** The widths of that `srcset`, from small to large. */
  readonly widths: readonly number[];
  readonly shownWidth: number;
  /** The types that the browser could choose from before the fallback. */
  readonly types: readonly string[];
  readonly isLoaded: boolean;
  readonly isInPicture: boolean;
  readonly hasSize: boolean;
  readonly alt: string | null;
  readonly loading: string;
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** Opens a page, scrolls past every image, and waits until all have loaded or failed. */
export async function openPage(
  browser: Browser,
  address: string,
  viewport: Viewport,
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport });
  const problems: string[] = [];
  watch(page, problems);
  await page.addInitScript(recordShifts);
  await page.goto(address, { waitUntil: 'load' });
  await page.waitForSelector('img');
  for (const image of await page.locator('img').all()) await image.scrollIntoViewIfNeeded();
  await page.waitForFunction('Array.from(document.images).every((image) => image.complete)');
  return {
    page,
    images: await page.evaluate<ShownImage[]>(inspectImages),
    problems,
    layoutShift: () => page.evaluate<number>('window.layoutShift'),
    [Symbol.asyncDispose]: () => page.close(),
  };
}

/** The width of the smallest file that fills the space, which `sizes` should make the browser choose; otherwise the largest. */
export function smallestThatFills({ widths, shownWidth }: ShownImage): number | null {
  return widths.find((width) => width >= shownWidth) ?? widths.at(-1) ?? null;
}

/** Collects everything that goes wrong in a page. */
function watch(page: Page, problems: string[]): void {
  page.on('console', (message) => {
    const type = message.type();
    if (type === 'error' || type === 'warning') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('requestfailed', (request) => {
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ''}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
    // The dev server answers with an SVG if an image failed. No example has an SVG of its own.
    if (response.headers()['content-type'] === 'image/svg+xml') {
      problems.push(`a failure: ${response.url()}`);
    }
  });
}

// Code that runs in the page is text, because the tests have no DOM types.

const recordShifts = `
  window.layoutShift = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) {
      if (!hadRecentInput) window.layoutShift += value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;

const inspectImages = `Array.from(document.images, (image) => {
  const candidatesOf = ({ srcset }) => Array.from(
    srcset.matchAll(/(\\S+) (\\d+)w/g),
    ([, url, width]) => ({ url: new URL(url, document.baseURI).href, width: Number(width) }),
  );
  const isInPicture = image.parentElement.localName === 'picture';
  const sources = isInPicture ? Array.from(image.parentElement.querySelectorAll('source')) : [];
  const candidates = [...sources, image]
    .map(candidatesOf)
    .find((some) => some.some(({ url }) => url === image.currentSrc)) ?? [];
  return {
    file: new URL(image.currentSrc || 'about:blank').pathname,
    fileWidth: candidates.find(({ url }) => url === image.currentSrc)?.width ?? null,
    widths: candidates.map(({ width }) => width).sort((a, b) => a - b),
    shownWidth: image.offsetWidth,
    types: sources.map(({ type }) => type),
    isLoaded: image.complete && image.naturalWidth > 0,
    isInPicture,
    hasSize: image.hasAttribute('width') && image.hasAttribute('height'),
    alt: image.getAttribute('alt'),
    loading: image.loading,
  };
})`;
