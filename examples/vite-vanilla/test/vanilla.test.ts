import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesBelow } from '../../../packages/core/test/support/files.ts';
import { describeExample } from '../../support/describe-example.ts';
import { type OpenPage, openPage } from '../../support/open-page.ts';

const root = join(import.meta.dirname, '..');

describeExample({ root, imageCount: 2 }, (site) => {
  let phone: OpenPage;
  beforeAll(async () => {
    phone = await openPage(site().browser, site().address, { width: 390, height: 844 });
  });
  afterAll(() => phone?.[Symbol.asyncDispose]());

  test('an image in HTML is a picture in every format, and the browser takes the first', () => {
    const [hut, view] = phone.images;
    expect(hut).toMatchObject({
      file: expect.stringMatching(/^\/assets\/hut-360w-.{8}\.avif$/),
      types: ['image/avif', 'image/webp'],
      loading: 'eager',
    });
    expect(view).toMatchObject({ isInPicture: false, loading: 'lazy' });
  });

  test('a click on a window shows another picture, and nothing moves', async () => {
    const { browser, address } = site();
    await using shown = await openPage(browser, address, { width: 1280, height: 900 });
    const view = shown.page.locator('#view');
    const north = await view.locator('img').getAttribute('srcset');
    await shown.page.getByRole('button', { name: 'West' }).click();
    await view.locator('img[alt^="The west window"]').waitFor();
    await shown.page.waitForFunction('document.querySelector("#view img").naturalWidth > 0');
    await shown.page.getByRole('button', { name: 'North' }).click();
    await view.locator('img[alt^="The north window"]').waitFor();
    expect(await view.locator('img').getAttribute('srcset')).toBe(north);
    expect(shown.problems).toEqual([]);
    expect(await shown.layoutShift()).toBe(0);
  });

  test('the style sheet and the card for other sites name files of the build', async () => {
    const card = await phone.page.locator('meta[property="og:image"]').getAttribute('content');
    const background = await phone.page.evaluate<string>(
      'getComputedStyle(document.querySelector("footer")).backgroundImage',
    );
    const ridge = /url\("([^"]+)"\)/.exec(background)?.[1];
    const named = [card, ridge].map((url) => new URL(url!, site().address).pathname.slice(1));
    expect(named).toEqual([
      expect.stringMatching(/^assets\/hut-.{8}\.jpeg$/),
      expect.stringMatching(/^assets\/ridge-.{8}\.webp$/),
    ]);
    const built = new Set((await filesBelow(join(root, 'dist'))).keys());
    expect(named.filter((file) => !built.has(file))).toEqual([]);
  });
});
