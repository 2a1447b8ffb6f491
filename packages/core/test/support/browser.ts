import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Why tests that need a browser are skipped, and how to install one; `false`: a browser is installed. */
export const noBrowser: string | false = existsSync(executablePath)
  ? false
  : 'needs a browser: apt-get install -y --no-install-recommends chromium';

/** A real browser that connects only to the pages that it is sent to. */
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
