import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow } from '../../../packages/core/test/support/files.ts';
import { describeExample } from '../../support/describe-example.ts';
import { openPage } from '../../support/open-page.ts';

const root = join(import.meta.dirname, '..');

describeExample({ root, imageCount: 2 }, (site) => {
  test('the HTML of the server names files of the client’s build', async () => {
    const html = await (await fetch(site().address)).text();
    const named = new Set(
      Array.from(html.matchAll(/\/(assets\/[\w-]+\.webp)/g), ([, file]) => file),
    );
    expect(named.size).toBe(4 + 3);
    const built = new Set((await filesBelow(join(root, 'dist/client'))).keys());
    expect([...named].filter((file) => !built.has(file!))).toEqual([]);
    expect([...(await filesBelow(join(root, 'dist/server'))).keys()]).toEqual(['entry-server.js']);
  });

  test('the browser shows pictures of the same build with the same texts, and nothing moves', async () => {
    const { browser, address } = site();
    await using shown = await openPage(browser, address, { width: 1280, height: 900 });
    const hall = shown.page.locator('#hall');
    const sent = await hall.innerHTML();
    await shown.page.getByRole('button', { name: 'Light the lamps' }).click();
    expect(await hall.innerHTML()).toContain('/assets/hall-evening-');
    await shown.page.waitForFunction('document.querySelector("#hall img").naturalWidth > 0');
    await shown.page.getByRole('button', { name: 'Wait for morning' }).click();
    expect(await hall.innerHTML()).toBe(sent);
    expect(shown.problems).toEqual([]);
    expect(await shown.layoutShift()).toBe(0);
  });
});
