import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow } from '../../../packages/core/test/support/files.ts';
import { describeExample } from '../../support/describe-example.ts';
import { openPage } from '../../support/open-page.ts';

const root = join(import.meta.dirname, '..');

describeExample({ root, imageCount: 3 }, (site) => {
  test('prerendered pages name files of the build', async () => {
    const built = new Set((await filesBelow(join(root, 'build'))).keys());
    for (const page of ['index', 'winter-bell', 'harbour-pippin', 'old-argument']) {
      const html = await readFile(join(root, `build/${page}.html`), 'utf8');
      const named = html.match(/_app\/immutable\/assets\/[\w.-]+\.webp/g) ?? [];
      expect(new Set(named).size, page).toBe(page === 'index' ? 12 : 4);
      expect(named.filter((file) => !built.has(file))).toEqual([]);
    }
  });

  test('a click leads to a page with one picture, whose module is loaded for it', async () => {
    const { browser, address } = site();
    await using shown = await openPage(browser, address, { width: 1280, height: 900 });
    await shown.page.getByRole('link', { name: 'Old Argument' }).click();
    await shown.page.waitForURL('**/old-argument');
    const image = shown.page.locator('article img');
    expect(await image.getAttribute('alt')).toMatch(/^Old Argument: /);
    await shown.page.waitForFunction('document.querySelector("article img").naturalWidth > 0');
    expect(shown.problems).toEqual([]);
  });
});
