import type { Browser, Page } from 'playwright-core';

/** A page after all of its images were scrolled into view. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly images: readonly ShownImage[];
  /** Warnings and errors of the console, exceptions, failed requests, answers with status 400 or more, pictures of failures. */
  readonly problems: readonly string[];
  /** The paths of the pictures that it requested, in this order. */
  readonly requested: readonly string[];
  /** The path of the picture that was the largest thing to see at first; `null`: that was no picture. */
  readonly largest: string | null;
  /** The cumulative layout shift of the page, except what a click or a key caused. */
  readonly layoutShift: () => Promise<number>;
}

/** An `<img>` as the browser shows it. */
export interface ShownImage {
  /** The path in the URL of the file that the browser chose. */
  readonly file: string;
  /** The file's width in its `srcset`; `null`: there was only one file. */
  readonly fileWidth: number | null;
  /** The widths of that `srcset`, from small to large. */
  readonly widths: readonly number[];
  /** The paths of all files that it could have shown. */
  readonly candidates: readonly string[];
  /** In pixels of the screen, before a transform of CSS. */
  readonly shownWidth: number;
  /** The types that the browser could choose from before the fallback. */
  readonly types: readonly string[];
  readonly isLoaded: boolean;
  readonly isInPicture: boolean;
  readonly hasSize: boolean;
  readonly alt: string | null;
  readonly loading: string;
}

/** A window, in CSS pixels. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen for each CSS pixel. @default 1 */
  readonly pixelRatio?: number;
}

/** Opens a page, scrolls past every image, and waits until all have loaded or failed. */
export async function openPage(
  browser: Browser,
  address: string,
  { pixelRatio = 1, ...viewport }: Viewport,
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport, deviceScaleFactor: pixelRatio });
  const problems: string[] = [];
  watch(page, problems);
  const requested: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'image') requested.push(new URL(request.url()).pathname);
  });
  await page.addInitScript(recordPaints);
  await page.goto(address, { waitUntil: 'load' });
  await page.waitForSelector('img');
  const largest = await page.evaluate<string | null>('window.largestPicture');
  for (const image of await page.locator('img').all()) await image.scrollIntoViewIfNeeded();
  await page.waitForFunction('Array.from(document.images).every((image) => image.complete)');
  return {
    page,
    images: await page.evaluate<ShownImage[]>(inspectImages),
    problems,
    requested,
    largest,
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

const recordPaints = `
  window.layoutShift = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) {
      if (!hadRecentInput) window.layoutShift += value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
  window.largestPicture = null;
  new PerformanceObserver((list) => {
    const { url } = list.getEntries().at(-1);
    window.largestPicture = url === '' ? null : new URL(url).pathname;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
`;

const inspectImages = `Array.from(document.images, (image) => {
  const candidatesOf = ({ srcset }) => Array.from(
    srcset.matchAll(/(\\S+) (\\d+)w/g),
    ([, url, width]) => ({ url: new URL(url, document.baseURI).href, width: Number(width) }),
  );
  const isInPicture = image.parentElement.localName === 'picture';
  const sources = isInPicture ? Array.from(image.parentElement.querySelectorAll('source')) : [];
  const all = [...sources, image].map(candidatesOf);
  const candidates = all.find((some) => some.some(({ url }) => url === image.currentSrc)) ?? [];
  return {
    file: new URL(image.currentSrc || 'about:blank').pathname,
    fileWidth: candidates.find(({ url }) => url === image.currentSrc)?.width ?? null,
    widths: candidates.map(({ width }) => width).sort((a, b) => a - b),
    candidates: all.flat().map(({ url }) => new URL(url).pathname),
    shownWidth: image.offsetWidth * devicePixelRatio,
    types: sources.map(({ type }) => type),
    isLoaded: image.complete && image.naturalWidth > 0,
    isInPicture,
    hasSize: image.hasAttribute('width') && image.hasAttribute('height'),
    alt: image.getAttribute('alt'),
    loading: image.loading,
  };
})`;
