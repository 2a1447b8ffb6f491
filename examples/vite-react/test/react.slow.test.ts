import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeExample } from '../../support/describe-example.ts';
import { openPage } from '../../support/open-page.ts';

describeExample(
  { root: join(import.meta.dirname, '..'), imageCount: 5, decorativeCount: 3 },
  (site) => {
    test('another bed shows another picture, at the size of its place, and nothing moves', async () => {
      const { browser, address } = site();
      await using shown = await openPage(browser, address, { width: 1280, height: 900 });
      await shown.page.getByRole('button', { name: 'Alarm' }).click();
      const portrait = shown.page.locator('.portrait');
      await portrait.scrollIntoViewIfNeeded();
      expect(await portrait.getAttribute('alt')).toMatch(/^A dented alarm clock/);
      expect(await shown.page.evaluate(fileOf('.portrait'))).toMatch(
        /\/patients-alarm-480w-.{8}\.webp$/,
      );
      expect(await shown.layoutShift()).toBe(0);
    });
  },
);

/** The file that an image shows, once it does. */
function fileOf(selector: string): string {
  return `(async () => {
    const image = document.querySelector(${JSON.stringify(selector)});
    await image.decode();
    return image.currentSrc;
  })()`;
}
