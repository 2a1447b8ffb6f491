import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

export const hasBrowser = existsSync(executablePath);

/** Goes into the name of a suite that is skipped. */
export const skipped = hasBrowser
  ? ''
  : ` (skipped: there is no ${executablePath}; apt-get install -y --no-install-recommends chromium)`;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Waits until an expression is true in the page. */
export async function expectSoon(page: Page, expression: string): Promise<void> {
  await page.waitForFunction(expression, undefined, { timeout: 60_000, polling: 50 });
}
