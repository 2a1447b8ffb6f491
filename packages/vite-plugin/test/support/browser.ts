import type { Page } from 'playwright-core';
import { noBrowser } from '../../../core/test/support/browser.ts';

export { launchBrowser } from '../../../core/test/support/browser.ts';

export const hasBrowser: boolean = noBrowser === false;

/** A part of a suite's title that says why it is skipped. */
export const skipped: string = noBrowser === false ? '' : ` (skipped: ${noBrowser})`;

/** Waits until an expression is true in the page. */
export async function expectSoon(page: Page, expression: string): Promise<void> {
  await page.waitForFunction(expression, undefined, { timeout: 60_000, polling: 50 });
}
