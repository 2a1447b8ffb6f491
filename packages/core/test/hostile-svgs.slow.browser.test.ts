import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanSvg } from '../src/image/svg/clean-svg.ts';
import { hostileSvgs } from './fixtures/hostile-svgs.ts';
import { launchBrowser, noBrowser } from './support/browser.ts';
import { isLong } from './support/test-mode.ts';
import { randomSvg } from './support/random-svg.ts';
import { showDrawings } from './support/show-drawings.ts';

const skipped = noBrowser === false ? '' : ` (skipped: ${noBrowser})`;

describe.skipIf(noBrowser !== false)(`in Chromium${skipped}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  const cleanable = hostileSvgs.filter(({ isRefused }) => isRefused !== true);

  test('hostile drawings do what they are made for, before they are cleaned', async () => {
    const { hits, requests } = await showDrawings(
      browser,
      cleanable.map(({ svg }) => svg),
    );
    expect(hits).toEqual(['evil']);
    expect(requests.some((url) => url.startsWith('http://127.0.0.1:9/evil'))).toBe(true);
  });

  test('they run nothing and request nothing afterwards', async () => {
    const drawings = await Promise.all(
      cleanable.map(({ svg }, at) => cleanSvg(Buffer.from(svg), { idPrefix: `t${at}` })),
    );
    expect(await showDrawings(browser, drawings)).toEqual({
      hits: [],
      requests: [],
      found: drawings.length,
    });
  });

  test(
    'nor do drawings put together at random',
    { timeout: isLong ? 3_600_000 : 300_000 },
    async () => {
      const rounds = isLong ? 10_000 : 150;
      let shown = 0;
      for (let first = 1; first <= rounds; first += 150) {
        const drawings: string[] = [];
        for (let seed = first; seed < Math.min(first + 150, rounds + 1); seed++) {
          const clean = cleanSvg(Buffer.from(randomSvg(seed)), { idPrefix: `t${seed}` });
          drawings.push(...(await clean.then((svg) => [svg]).catch(() => [])));
        }
        expect(await showDrawings(browser, drawings)).toEqual({
          hits: [],
          requests: [],
          found: drawings.length,
        });
        shown += drawings.length;
      }
      // Few are refused.
      expect(shown).toBeGreaterThan(rounds * 0.9);
    },
  );
});
