import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moderationBlocked } from '@tintype/emulators/openai';
import axe from 'axe-core';
import { HtmlValidate } from 'html-validate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveSheet, type SheetServer, writeSheet } from '../src/index.ts';
import { useApi } from '../../core/test/support/api.ts';
import { commitAll, git } from '../../core/test/support/git.ts';
import { launchBrowser, noBrowser } from '../../core/test/support/browser.ts';
import { testProject, type TestProject } from '../../core/test/support/project.ts';
import { copyOf, hostile, manyImages, sheetProject } from './support/sheet-project.ts';

const api = useApi();
let browser: Browser;
let model: TestProject;

describe.skipIf(noBrowser !== false)(
  `the page${noBrowser === false ? '' : ` (${noBrowser})`}`,
  () => {
    beforeAll(async () => {
      browser = await launchBrowser();
      model = await sheetProject(api());
      await makeThumbnails();
    });
    afterAll(async () => {
      await browser.close();
      await model[Symbol.asyncDispose]();
    });

    describe('in a file', () => {
      test('shows every image, loads nothing but itself, and runs nothing from a manifest', async () => {
        await using project = await copyOf(model, api());
        const { file, bytes } = await writeSheet(await project.context());
        expect(file).toBe(join(project.root, 'tintype-sheet.html'));
        const requests: string[] = [];
        await using page = await open(pathToFileURL(file).href, (url) => requests.push(url));
        await page.waitForSelector('.card');
        expect(await page.locator('.card').count()).toBe(10);
        expect(await statuses(page)).toEqual({
          hero: 'nothing picked',
          night: 'missing',
          banner: 'changed',
          fresh: 'missing',
          dear: 'missing',
          refused: 'refused',
          torn: 'damaged',
          drawn: 'stand-in',
          badge: expect.stringMatching(/kB|B/),
          hostile: expect.stringMatching(/kB|B/),
        });
        await page.locator('.card img[src]').nth(4).waitFor();
        expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([
          pathToFileURL(file).href,
        ]);
        expect(bytes).toBeGreaterThan(50_000);
        expect(api().requests).toEqual([]);
      });

      test('a hostile prompt, alt text and manifest are text', async () => {
        await using project = await copyOf(model, api());
        const { file } = await writeSheet(await project.context());
        await using page = await open(pathToFileURL(file).href);
        await page.locator('[data-id="hostile"] .frame').click();
        const shown = hostile.replaceAll('\u202e', '[U+202E]').replaceAll('\u202c', '[U+202C]');
        expect(await page.locator('.panel .prompt > .words').textContent()).toBe(shown);
        expect(await page.locator('.panel .alt').textContent()).toBe(`${shown} alt`);
        expect(await page.evaluate("'pwned' in window")).toBe(false);
        expect(await page.locator('.panel img[src="x"]').count()).toBe(0);
      });

      test('gives the commands instead of carrying them out', async () => {
        await using project = await copyOf(model, api());
        const { file } = await writeSheet(await project.context());
        await using page = await open(pathToFileURL(file).href);
        await page.locator('[data-id="hero"] .frame').click();
        expect(await page.getByRole('button', { name: 'Copy: tintype pick hero 2' }).count()).toBe(
          1,
        );
        await page.locator('[data-id="fresh"] .frame').click();
        expect(await page.locator('.purchase code').textContent()).toBe('tintype fresh');
        expect(await page.locator('.panel .buy').count()).toBe(0);
      });

      test('is written again over itself, and holds no key and no path of the machine', async () => {
        await using project = await copyOf(model, api());
        const context = await project.context();
        await writeSheet(context, 'out/a.html');
        await writeSheet(context, 'out/a.html');
        const text = (await project.read('out/a.html')).toString();
        expect(text).not.toContain(context.env['OPENAI_API_KEY']);
        expect(text).not.toContain(project.root);
        const empty = text.replaceAll(
          /<script (type="text\/plain"|type="application\/json").*?<\/script>/gs,
          '',
        );
        expect(Buffer.byteLength(empty)).toBeLessThan(90_000);
      });
    });

    test('the same states are read from a server, and reading them sends no request to the API', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.waitForSelector('.card');
      expect(await statuses(page)).toMatchObject({
        hero: 'nothing picked',
        torn: 'damaged',
        refused: 'refused',
      });
      await page.locator('.card img[src^="picture/"]').nth(4).waitFor();
      await page.reload();
      await page.waitForSelector('.card');
      expect(api().requests).toEqual([]);
    });

    test('filters, searches, and keeps both over a reload', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.waitForSelector('.card');
      await page.getByRole('button', { name: /^Missing/ }).click();
      expect(await shown(page)).toEqual(['night', 'fresh', 'dear']);
      for (const [name, ids] of [
        ['Unpicked', ['hero']],
        ['Failed', ['refused', 'torn']],
        ['Changed', ['banner']],
        ['Stand-in', ['drawn']],
      ] as const) {
        await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
        expect(await shown(page), name).toEqual(ids);
      }
      await page.getByRole('button', { name: /^All/ }).click();
      await page.keyboard.press('/');
      await page.keyboard.type('gouache dusk');
      expect(await shown(page)).toEqual(['hero']);
      expect(await page.getByRole('status').filter({ hasText: 'of 10' }).textContent()).toBe(
        '1 of 10 images',
      );
      await page.reload();
      await page.waitForSelector('.card');
      expect(await shown(page)).toEqual(['hero']);
      await page.locator('input[type=search]').fill('');
      await page.getByRole('combobox', { name: 'Manifest' }).selectOption('more/other.images.yaml');
      expect(await shown(page)).toEqual(['hostile']);
    });

    test('can be used with keys alone, and picks with a digit', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.waitForSelector('.card');
      for (const key of ['j', 'j', 'k', 'ArrowRight', 'Home']) await page.keyboard.press(key);
      expect(await selected(page)).toBe('hero');
      await page.keyboard.press('c');
      expect(await page.getByRole('dialog').getByRole('heading').textContent()).toBe('hero');
      await page.keyboard.press('Escape');
      await page.keyboard.press('2');
      await page.getByText('Wrote pick: 2 for hero to garden.images.yaml.').waitFor();
      const text = (await project.project.read('garden.images.yaml')).toString();
      expect(text).toContain('number_of_images: 3   # three to choose from');
      expect(text).toContain('\n    pick: 2\n');
      await page.locator('.panel .candidates li.picked').getByText('picked').waitFor();
      const map = JSON.parse(
        (await project.project.read('public/images/tintype.assets.json')).toString(),
      ) as {
        images: Record<string, unknown>;
      };
      expect(Object.keys(map.images)).toContain('hero');
      expect(Object.keys(map.images)).not.toContain('hero-1');
      expect(api().requests).toEqual([]);
    });

    test('says how files look beside their picture, and still knows it after another image', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="badge"] .frame').click();
      await page.getByRole('button', { name: 'Measure how they look' }).click();
      const look = page.locator('.files td[colspan]').last();
      await page
        .locator('.files')
        .getByText(/^quality \d+ of 100; other tools: [\d.]+ k?B, quality \d+$/)
        .waitFor({ timeout: 120_000 });
      const words = await look.textContent();
      await page.locator('[data-id="hostile"] .frame').click();
      await page.locator('[data-id="badge"] .frame').click();
      expect(await page.locator('.files td[colspan]').last().textContent()).toBe(words);
      expect(await page.getByRole('button', { name: 'Measure how they look' }).count()).toBe(0);
      expect(api().requests).toEqual([]);
    });

    test('compares two candidates, a file with its original, and both at the widths of the page', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="hero"] .frame').click();
      await page.getByRole('button', { name: 'Compare' }).click();
      const dialog = page.getByRole('dialog');
      await expectCaption(dialog, 0, /^candidate 1: original png 1024×1024 {2}[\d.]+ (kB|MB)$/);
      await expectCaption(dialog, 1, /^candidate 2: original png 1024×1024/);
      await expectCaption(dialog, 2, /^candidate 3: original png 1024×1024/);
      await dialog.getByRole('button', { name: 'Take the third picture away' }).click();
      await dialog.getByLabel('Second').selectOption({ label: 'candidate 1: avif' });
      await expectCaption(dialog, 1, /^candidate 1: avif 1024×1024 {2}[\d.]+ kB$/);
      await dialog.getByLabel('Scale').selectOption({ label: '320 wide' });
      await expectCaption(dialog, 1, /^candidate 1: avif 320×320 {2}[\d.]+ kB$/);
      const widths = await dialog
        .locator('img')
        .evaluateAll((all) => all.map((one) => one.clientWidth));
      expect(widths).toEqual([320, 320]);
      // The page shows exactly the delivered bytes.
      const delivered = (await project.project.read('public/images/hero-1-320w.avif')).length;
      await expectCaption(
        dialog,
        1,
        new RegExp(`${(delivered / 1e3).toFixed(1)} kB|${Math.round(delivered / 1e3)} kB`),
      );
      await dialog.getByLabel('Slider').check();
      const slider = dialog.getByRole('slider');
      await slider.focus();
      const before = await dialog
        .locator('.over')
        .evaluate((one) => one.style.getPropertyValue('--cut'));
      await page.keyboard.press('ArrowRight');
      const after = await dialog
        .locator('.over')
        .evaluate((one) => one.style.getPropertyValue('--cut'));
      expect([before, after]).toEqual(['50%', '51%']);
    });

    test('compares many: zooms into all of them at once, shows two through each other and their difference, and picks there', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.waitForSelector('.card');
      await page.keyboard.press('c');
      const dialog = page.getByRole('dialog');
      await expectCaption(dialog, 2, /1024×1024/);
      await dialog
        .locator('img')
        .first()
        .click({ position: { x: 30, y: 400 } });
      await expectCaption(dialog, 2, /1024×1024/);
      const scrolled = () =>
        dialog
          .locator('.mat')
          .evaluateAll((all) => all.map((one) => [one.scrollLeft, one.scrollTop]));
      const same = (places: number[][]) => new Set(places.map(String)).size === 1;
      await expect.poll(async () => same(await scrolled())).toBe(true);
      const [[left = -1] = []] = await scrolled();
      expect(left).toBeLessThan(50);
      await dialog.locator('.mat').nth(1).focus();
      await expect
        .poll(async () => {
          // It scrolls once its large picture is there.
          await page.keyboard.press('ArrowRight');
          const places = await scrolled();
          return same(places) && places[0]![0]! > left;
        })
        .toBe(true);
      expect(await violations(page), 'zoomed').toEqual([]);
      await page.keyboard.press('0');
      for (const view of ['Onion skin', 'Difference']) {
        await dialog.getByRole('radio', { name: view }).check();
        await dialog.getByRole('slider').focus();
        await page.keyboard.press('End');
        expect(await dialog.locator('.over').getAttribute('style'), view).toContain('100%');
        expect(await violations(page), view).toEqual([]);
      }
      await dialog.getByRole('radio', { name: 'Side by side' }).check();
      await dialog.getByRole('button', { name: 'Add a picture' }).click();
      await dialog.getByRole('button', { name: 'Pick 2' }).click();
      await dialog.locator('.is-picked').waitFor();
      await page.keyboard.press('3');
      await dialog.getByRole('button', { name: 'Pick 2' }).waitFor();
      expect((await project.project.read('garden.images.yaml')).toString()).toContain(
        '\n    pick: 3\n',
      );
      await page.keyboard.press('Escape');
      // Several images: what each of them has now.
      for (const key of ['x', 'J', 'J', 'c']) await page.keyboard.press(key);
      await expectText(dialog.getByRole('heading'), /^3 images$/);
      await expectCaption(dialog, 1, /^banner|^picture/);
      expect(await dialog.locator('figure').count()).toBe(2);
      expect(api().requests).toEqual([]);
    });

    test('a cropped image is compared in its crop', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="banner"] .frame').click();
      await page.keyboard.press('c');
      const dialog = page.getByRole('dialog');
      await expectCaption(dialog, 0, /original png 1536×1024/);
      await expectCaption(dialog, 1, /avif 1200×400/);
    });

    test('buys a missing image once, shows its progress, and shows the result in its place', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="fresh"] .frame').click();
      const buy = page.locator('.panel .buy');
      const { price } = (await priceOfPlan(project.project, 'fresh'))!;
      expect(await buy.textContent()).toBe(`Buy for ${price}`);
      const answer = answerLater();
      await buy.click();
      await page.getByText('Asking for "fresh"').waitFor();
      expect(await page.locator('.card[data-id="fresh"] .state').textContent()).toBe(
        'being bought',
      );
      answer();
      await page.locator('.card[data-id="fresh"] .mat:not(.drawn) img[src]').waitFor();
      expect(await page.locator('.panel .buy').count()).toBe(0);
      expect(api().ledger).toHaveLength(1);
      await page.reload();
      await page.locator('.card[data-id="fresh"] .mat:not(.drawn) img[src]').waitFor();
      expect(api().ledger).toHaveLength(1);
    });

    test('buys what the marked images miss as one order, after one question, and not over a price that has changed', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await using other = await open(project.server.url);
      await page.waitForSelector('.card');
      const buy = page.locator('.many .buy');
      await expectText(buy, /^Buy 3 missing \(up to \$0\.5\d+\)$/);
      await page.getByRole('button', { name: /^Missing/ }).click();
      // By keyboard: all that are shown, then without the dear one.
      await page.locator('[data-id="night"] .frame').focus();
      await page.keyboard.press('a');
      await expectText(page.locator('.many [role=status]'), /^3 marked$/);
      await page.locator('[data-id="dear"] .frame').click();
      await page.keyboard.press('x');
      await expectText(buy, /^Buy 2 missing \(up to \$0\.0\d+\)$/);
      expect(await violations(page), 'marked').toEqual([]);
      await page.keyboard.press('b');
      const dialog = page.getByRole('dialog');
      await expectText(
        dialog,
        /^Buy what 2 images need\?.*2 pictures, up to \$0\.0.*night, fresh/s,
      );
      expect(await violations(page), 'question').toEqual([]);
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      expect(api().requests, 'Cancel has the focus').toEqual([]);

      // Before the click, another program makes it dearer: nothing is bought, and the page says so.
      await page.keyboard.press('b');
      const text = (await project.project.read('garden.images.yaml')).toString();
      await project.project.write(
        'garden.images.yaml',
        text.replace('prompt: A seed packet,', 'prompt: A seed packet, quality: high,'),
      );
      await dialog.getByRole('button', { name: /^Buy for/ }).click();
      await expectText(page.locator('.problems [role=alert]'), /may cost up to .* budget/);
      expect(api().requests).toEqual([]);
      await project.project.write('garden.images.yaml', text);
      await expectText(buy, /^Buy 2 missing \(up to \$0\.0\d+\)$/);

      const answer = answerLater();
      await page.keyboard.press('b');
      await dialog.getByRole('button', { name: /^Buy for/ }).dblclick();
      await expectText(page.locator('.many [role=status]'), /^Buying 2 pictures: \d here$/);
      await expectText(other.locator('.many [role=status]'), /^Buying 2 pictures: \d here$/);
      expect(await other.locator('.many .buy').isVisible()).toBe(false);
      answer();
      await page.getByRole('button', { name: /^All/ }).click();
      for (const tab of [page, other])
        for (const id of ['fresh', 'night'])
          await expectText(tab.locator(`[data-id="${id}"] .state`).first(), /B$/);
      expect(api().ledger).toHaveLength(2);
      expect(await page.locator('.problems [role=alert]').count()).toBe(0);
    });

    test('a first visit shows drawings and the next step, and a phone no keys and no name cut short', async () => {
      const name = 'a-name-that-is-longer-than-its-thumbnail';
      await using project = await testProject(
        { 'a.images.yaml': `images: { ${name}: { prompt: A seed packet, alt: A seed packet } }` },
        api().baseUrl,
      );
      const server = await serveSheet({ context: () => project.context(), port: 0 });
      await using page = await open(server.url, undefined, {
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
      });
      await page.locator('.card img[src^="picture/"]').waitFor();
      await expectText(
        page.locator('.first-step'),
        /free drawings in the place of 1 image\..*Buy 1 missing/,
      );
      await expectText(page.locator('.many .buy'), /^Buy 1 missing \(/);
      const isWhole =
        'document.querySelector(".name").scrollHeight <= document.querySelector(".name").clientHeight';
      expect(await page.evaluate(isWhole)).toBe(true);
      const tick = page.locator('.tick');
      expect(await page.evaluate('getComputedStyle(document.querySelector(".tick")).opacity')).toBe(
        '1',
      );
      expect((await tick.boundingBox())!.width).toBeGreaterThanOrEqual(44);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      await page.getByRole('button', { name: 'Help' }).click();
      expect(await page.locator('kbd:visible').count()).toBe(0);
      await page.keyboard.press('Escape');
      await page.locator('.frame').click();
      expect(await page.locator('kbd:visible').count()).toBe(0);
      expect(await violations(page), 'panel').toEqual([]);
      await page.close();
      await using large = await open(server.url, undefined, {
        viewport: { width: 2560, height: 1440 },
      });
      const width = async () => (await large.locator('.card').boundingBox())!.width;
      expect(await width()).toBeGreaterThan(200);
      await large.getByRole('slider', { name: 'Size of thumbnails' }).fill('400');
      expect(await width()).toBeGreaterThan(400);
      await large.reload();
      await large.waitForSelector('.card');
      expect(await width()).toBeGreaterThan(400);
      await large.close();
      await server.close();
      expect(api().requests).toEqual([]);
    });

    test('while it buys, the requested picture is being bought and has not failed', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="fresh"] .frame').click();
      const answer = answerLater();
      await page.locator('.panel .buy').click();
      await expectText(page.locator('.panel .reasons'), /^Being bought now \(since .*12:00.*\)$/);
      await expectText(page.locator('.panel .candidates .empty'), /^being bought now$/);
      await expectText(page.locator('.panel .heading .state'), /^being bought$/);
      await expectText(page.locator('.flags [data-flag="failed"]'), /^Failed2$/);
      expect(await page.getByText('may have been billed').count()).toBe(0);
      answer();
      await page.locator('.card[data-id="fresh"] .mat:not(.drawn) img[src]').waitFor();
    });

    test('asks again above a sum, and buys nothing if the person cancels', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="dear"] .frame').click();
      await page.locator('.panel .buy').click();
      const dialog = page.getByRole('dialog');
      await expectText(dialog, /Buy "dear"\?.*10 pictures, up to \$/);
      // A candidate that is not bought cannot be picked here.
      expect(await page.locator('.panel .pick').count()).toBe(0);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(api().requests).toEqual([]);
      await page.locator('.panel .buy').click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Buy for/ })
        .click();
      await page.locator('.card[data-id="dear"] .mat:not(.drawn) img[src]').first().waitFor();
      // The first pictures are shown while the others are still being bought.
      await page.locator('.panel .under-way').waitFor({ state: 'detached' });
      expect(api().ledger).toHaveLength(10);
    });

    test('an image shows that its pick is older than its picture, until the pick is confirmed', async () => {
      await using project = await served();
      const text = (await project.project.read('garden.images.yaml')).toString();
      const few = text.replace('number_of_images: 10, pick: 1', 'number_of_images: 2, pick: 2');
      await project.project.write('garden.images.yaml', few.replace('A wall', 'Many walls'));
      await project.project.generate({ ids: ['dear'] });
      await project.project.write('garden.images.yaml', few);
      expect((await project.project.generate({ ids: ['dear'] })).error).toBeNull();
      await using page = await open(project.server.url);
      await page.locator('[data-id="dear"] .frame').click();
      const state = page.locator('.card[data-id="dear"] .state');
      await expectText(state, /^picked unseen$/);
      await expectText(
        page.locator('.panel .reasons'),
        /^Candidate 2 was picked before it was bought/,
      );
      await page.getByRole('button', { name: 'Keep 2' }).click();
      await page.getByText('dear keeps pick: 2.').waitFor();
      await expectText(state, /kB|B/);
      expect(await page.getByRole('button', { name: 'Keep 2' }).count()).toBe(0);
      expect((await project.project.read('garden.images.yaml')).toString()).toBe(few);
    });

    test("a failure shows the API's message as text", async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="fresh"] .frame').click();
      api().fail(moderationBlocked());
      await page.locator('.panel .buy').click();
      await expectText(page.locator('.panel [role=alert]'), /It failed\..*safety system/s);
      expect(api().ledger).toEqual([]);
    });

    test('shows what was bought before, compares it, brings it back at no cost, and notes what people say', async () => {
      await using project = await served();
      const text = (await project.project.read('garden.images.yaml')).toString();
      const other = text.replace('A glasshouse beside a harbour at dusk', 'A lighthouse');
      await project.project.write('garden.images.yaml', other);
      await using page = await open(project.server.url);
      await page.locator('[data-id="hero"] .frame').click();
      const history = page.locator('.panel .history');
      expect(await history.locator('li').count()).toBe(3);
      await expectText(
        history.locator('.clamped').first(),
        /^A glasshouse beside a harbour at dusk/,
      );
      expect(await violations(page)).toEqual([]);
      await history
        .getByRole('button', { name: /^Compare with/ })
        .last()
        .click();
      await expectText(page.getByRole('dialog').locator('figcaption').last(), /1024×1024/);
      await page.keyboard.press('Escape');

      await history.getByRole('button', { name: /^Star/ }).first().click();
      await history.locator('[aria-pressed="true"]').waitFor();
      await history.getByRole('textbox').first().fill('Too dark');
      await page.keyboard.press('Enter');
      const notes = async () =>
        (await project.project.read('garden.images.notes.yaml').catch(() => '')).toString();
      await expect
        .poll(notes)
        .toMatch(/^hero:\n {2}[0-9a-f]{64}: \{ star: true, comment: Too dark \}$/m);

      await history
        .getByRole('button', { name: /^Bring back/ })
        .last()
        .click();
      const dialog = page.getByRole('dialog');
      await expectText(dialog, /Free: the picture is stored/);
      await expectText(dialog.locator('.added').first(), /A glasshouse beside a harbour at dusk/);
      expect(await violations(page)).toEqual([]);
      expect((await project.project.read('garden.images.yaml')).toString()).toBe(other);
      await dialog.getByRole('button', { name: 'Bring back' }).click();
      await page.getByText('hero has that picture again').waitFor();
      expect((await project.project.read('garden.images.yaml')).toString()).toContain(
        '    prompt: A glasshouse beside a harbour at dusk, lit from inside\n',
      );
      await history.waitFor({ state: 'detached' });
      await page.keyboard.press('u');
      await page.getByText('Took back').waitFor();
      expect((await project.project.read('garden.images.yaml')).toString()).toBe(other);
      expect(api().requests).toEqual([]);
    });

    test('shows a change against a commit: what differs first, before and after side by side, and what is gone', async () => {
      await using project = await copyOf(model, api());
      git(project.root, 'init', '--quiet');
      commitAll(project.root);
      const text = (await project.read('garden.images.yaml')).toString();
      await project.write(
        'garden.images.yaml',
        text
          .replace('A round enamel badge of a hawk moth', 'A square badge')
          .replace('  drawn:', '  added:'),
      );
      expect((await project.generate({ ids: ['badge'] })).error).toBeNull();
      const { file } = await writeSheet(await project.context(), undefined, { base: 'HEAD' });
      await using page = await open(pathToFileURL(file).href);
      await page.waitForSelector('.card');
      expect(await idsOf(page, '.card[data-id]')).toEqual(['badge', 'added']);
      await expectText(
        page.locator('.totals'),
        /Change since HEAD1 new, 1 changed, 1 gone\$0\.\d+ spent/,
      );
      await expectText(page.locator('.gone'), /drawn.*gone/);
      await page.locator('[data-id="badge"] .frame').click();
      await expectText(page.locator('.panel .change'), /Changed: prompt\.BeforeAfter/);
      await page.locator('.before-after img[src]').nth(1).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Compare before and after' }).click();
      await page.getByRole('dialog').locator('figcaption').nth(1).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^All/ }).click();
      expect((await idsOf(page, '.card[data-id]')).length).toBe(10);
    });

    test('hands an image over as code, and shows no control to whoever may only look', async () => {
      await using project = await copyOf(model, api());
      const server = await serveSheet({
        context: () => project.context(),
        port: 0,
        shared: { host: '127.0.0.1', mayPick: false },
      });
      await using page = await open(server.url);
      await page.locator('[data-id="banner"] .frame').click();
      await page.getByRole('button', { name: 'Copy for a page' }).click();
      const dialog = page.getByRole('dialog');
      await expectText(dialog.locator('pre').first(), /^<picture>[^]*banner-600w\.avif/);
      expect(await violations(page)).toEqual([]);
      await page.close();
      await using reader = await open(server.shared.look[0]!);
      await reader.locator('[data-id="hero"] .frame').click();
      await reader.locator('.panel .candidates img[src]').first().waitFor();
      const names = await reader.locator('.panel button').allTextContents();
      expect(
        names.filter((name) => /^(Pick|Keep|Edit|Crop|Buy|Bring back|☆|✕)/.test(name)),
      ).toEqual([]);
      expect(names).toContain('Compare');
      await reader.locator('[data-id="fresh"] .frame').click();
      await expectText(reader.locator('.panel .purchase'), /^Whoever shared this page can buy\.$/);
      expect(await violations(reader)).toEqual([]);
      await reader.close();
      await server.close();
      expect(api().requests).toEqual([]);
    });

    test('makes a new image from another one by an instruction and a region, by keyboard, and shows which came from which', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="badge"] .frame').click();
      await page.getByRole('button', { name: 'The same, but' }).dblclick();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await page.keyboard.type('in silver');
      await expectText(dialog.locator('.outcome'), /1 picture for .* \(badge-2\)\.$/);
      for (const [side, value] of [
        ['left', '10'],
        ['top', '20'],
        ['width', '30'],
        ['height', '40'],
      ] as const)
        await dialog.getByLabel(`${side}, %`).fill(value);
      await expectText(dialog.locator('.diffs'), /badge-2\.mask\.png\+ \(a new file\)/);
      expect(await violations(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Add' }).click();
      await page.getByText('Added badge-2. Press u to undo.').waitFor();
      await expectText(page.locator('.panel .heading h2'), /^badge-2$/);
      expect(await page.locator('.lineage .name').allTextContents()).toEqual(['badge', 'badge-2']);
      await expectText(page.locator('.panel .buy'), /^Buy for/);
      expect(await violations(page)).toEqual([]);
      expect((await project.project.read('badge-2.mask.png')).subarray(1, 4).toString()).toBe(
        'PNG',
      );
      await page.locator('.lineage .step').first().click();
      await expectText(page.locator('.panel .heading h2'), /^badge$/);
      await page.keyboard.press('u');
      await page.getByText('Took back: "badge-2".').waitFor();
      await page.getByRole('button', { name: 'The same, but' }).click();
      await dialog.getByLabel('Another take').check();
      await expectText(dialog.locator('.outcome'), /1 picture for .* \(badge\)\.$/);
      await expectText(dialog.locator('.diff .added'), /take: 2/);
      await dialog.getByRole('button', { name: 'Add' }).click();
      await page.getByText('Added another take of badge. Press u to undo.').waitFor();
      await page.keyboard.press('u');
      await page.getByText('Took back: take of "badge".').waitFor();
      expect(api().requests).toEqual([]);
    });

    test('tells what was paid, by day, manifest, image and model', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.getByRole('button', { name: 'Details' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('By image').check();
      const names = await dialog.locator('tbody th').allTextContents();
      expect(names.toSorted()).toEqual(['badge', 'banner', 'hero', 'hostile', 'torn']);
      await expectText(dialog, /Replaced\$0\.00/);
      expect(await violations(page)).toEqual([]);
      expect(api().requests).toEqual([]);
    });

    test('crops by hand: with the pointer and with arrow keys, previewed at each width, written as a point', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="banner"] .frame').click();
      await page.getByRole('button', { name: 'Crop' }).click();
      const dialog = page.getByRole('dialog');
      const board = dialog.locator('.board');
      await dialog
        .locator('.board img')
        .evaluate('(image) => image.decode()')
        .catch(() => {});
      await expect
        .poll(() => dialog.locator('figcaption').allTextContents())
        .toEqual(['600×200', '1200×400']);
      expect(await violations(page)).toEqual([]);
      const box = (await board.boundingBox())!;
      await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.1);
      for (const key of ['ArrowLeft', 'ArrowDown', 'Shift+ArrowDown'])
        await page.keyboard.press(key);
      await expectText(dialog.locator('.diff .added'), /position: \[39, 21\] \}/);
      // The edge of the picture keeps the point from the middle.
      expect(await dialog.locator('.shade').getAttribute('style')).toContain('top: 0%');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved the crop of banner').waitFor();
      expect((await project.project.read('garden.images.yaml')).toString()).toContain(
        '    crop: { width: 1200, height: 400, position: [39, 21] }\n',
      );
      expect(api().requests).toEqual([]);
    });

    test('draws a rectangle by hand, for the image and for phones, with the pointer and with keys', async () => {
      await using made = await served();
      await using page = await open(made.server.url);
      await page.locator('[data-id="banner"] .frame').click();
      await page.getByRole('button', { name: 'Crop' }).click();
      const dialog = page.getByRole('dialog');
      const added = () => dialog.locator('.diff .added').allTextContents();
      await dialog.getByLabel('A rectangle').check();
      const box = (await dialog.locator('.board').boundingBox())!;
      const drag = async (...points: readonly (readonly [number, number])[]) => {
        const [from, to] = points.map(([x, y]) => [box.x + box.width * x, box.y + box.height * y]);
        await page.mouse.move(from![0]!, from![1]!);
        await page.mouse.down();
        await page.mouse.move(to![0]!, to![1]!, { steps: 3 });
        await page.mouse.up();
      };
      for (const [side, value] of [
        ['Left', '10'],
        ['Top', '20'],
        ['Width', '30'],
        ['Height', '40'],
      ] as const)
        await dialog.getByLabel(`${side}, %`).fill(value);
      await dialog.locator('.board').focus();
      for (const key of ['ArrowRight', 'Shift+ArrowDown', 'Alt+ArrowRight', 'Alt+ArrowUp'])
        await page.keyboard.press(key);
      await expect.poll(added).toContain('+    crop: { area: [11, 30, 31, 39] }\n');
      // Nothing is enlarged, so the widths that the crop does not have are left out.
      expect(await added()).toContain('+    widths: auto\n');
      expect(await violations(page)).toEqual([]);
      // All of it moves, to the corner.
      await drag([0.2, 0.5], [0.05, 0.1]);
      await expect.poll(added).toContain('+    crop: { area: [0, 0, 31, 39] }\n');
      // A corner keeps the shape that is typed.
      await dialog.getByLabel('A shape').fill('2:1');
      await drag([0.31, 0.39], [0.5, 0.39]);
      const [view] = await dialog.locator('figcaption').allTextContents();
      const [width, height] = view!.split('×').map(Number);
      expect(Math.abs(width! - 2 * height!)).toBeLessThan(3);
      await dialog.getByLabel('What is cropped').selectOption('New: on phones, (max-width: 600px)');
      await dialog.getByLabel('A rectangle').check();
      for (const side of ['Left', 'Top', 'Width', 'Height'])
        await dialog.getByLabel(`${side}, %`).fill('25');
      await expect
        .poll(added)
        .toEqual([
          '+    sources: [{ media: "(max-width: 600px)", crop: { area: [25, 25, 25, 25] } }]\n',
        ]);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved the crop of banner').waitFor();
      expect((await made.project.read('garden.images.yaml')).toString()).toContain(
        '    sources: [{ media: "(max-width: 600px)", crop: { area: [25, 25, 25, 25] } }]\n',
      );
      await page.getByText('sources', { exact: true }).waitFor();
      // On a phone the form is below the picture. A first crop can be saved as it is.
      await page.setViewportSize({ width: 390, height: 844 });
      await page.locator('.card[data-id="badge"] .frame').click();
      await page.getByRole('button', { name: 'Crop' }).click();
      await expect.poll(() => dialog.getByRole('button', { name: 'Save' }).isEnabled()).toBe(true);
      const picture = (await dialog.locator('.board').boundingBox())!;
      const form = (await dialog.locator('.crop-side').boundingBox())!;
      expect(picture.height).toBeGreaterThan(100);
      expect(picture.y + picture.height).toBeLessThanOrEqual(form.y);
      expect(api().requests).toEqual([]);
    });

    describe('the form of an image', () => {
      const before = '    prompt: A glasshouse beside a harbour at dusk, lit from inside\n';

      test('shows the price and the lines before it writes them, by keyboard, and one key takes them back', async () => {
        await using project = await served();
        await using page = await open(project.server.url);
        await page.waitForSelector('.card');
        const text = (await project.project.read('garden.images.yaml')).toString();
        expect(text).toContain(before);
        await page.keyboard.press('e');
        const prompt = promptIn(page);
        await expect.poll(() => prompt.evaluate('document.activeElement.value')).toContain('dusk');
        await page.keyboard.press('ControlOrMeta+a');
        await page.keyboard.type('A glasshouse: at night');
        await expectText(
          page.locator('.outcome'),
          /^Saving is free\. Then there is more to buy: 4 pictures for up to \$0\.\d+ \(hero, night\)\.$/,
        );
        await page.locator('.editor').getByLabel('Quality').first().selectOption('high');
        await expect
          .poll(() => page.locator('.diff .added').allTextContents())
          .toEqual(['+    prompt: "A glasshouse: at night"\n', '+    quality: high\n']);
        expect((await project.project.read('garden.images.yaml')).toString()).toBe(text);
        await prompt.focus();
        await page.keyboard.press('ControlOrMeta+Enter');
        await page.getByText('Saved hero. Press u to undo.').waitFor();
        const after = (await project.project.read('garden.images.yaml')).toString();
        const count = '    number_of_images: 3   # three to choose from\n';
        expect(after).toBe(
          text
            .replace(before, '    prompt: "A glasshouse: at night"\n')
            .replace(count, `${count}    quality: high\n`),
        );
        await expectText(page.locator('.panel .prompt > .words'), /^A glasshouse: at night\./);
        await expectText(page.locator('.panel .buy'), /^Buy 3 pictures for up to/);
        await page.keyboard.press('u');
        await page.getByText('Took back: prompt, quality of "hero".').waitFor();
        expect((await project.project.read('garden.images.yaml')).toString()).toBe(text);
        expect(api().requests).toEqual([]);
      });

      test('has what is delivered, in lines that are shorter than YAML', async () => {
        await using project = await served();
        await using page = await open(project.server.url);
        await page.locator('[data-id="banner"] .frame').click();
        await page.getByRole('button', { name: 'Edit' }).click();
        const field = (name: string) => page.locator('.editor').getByLabel(name).first();
        await field('Widths').fill('300, 500');
        await field('Formats').fill('avif 80, webp');
        await field('Sources').fill('(max-width: 600px) -> crop 1:1 20% 30%; widths 200');
        await expect
          .poll(() => page.locator('.diff .added').allTextContents())
          .toEqual([
            '+    sources: [{ media: "(max-width: 600px)", crop: { ratio: 1:1, position: [20, 30] }, widths: [200] }]\n',
            '+    widths: [300, 500]\n',
            '+    formats: { avif: 80, webp: {} }\n',
          ]);
        await expectText(page.locator('.outcome'), /^Free/);
        expect(await violations(page)).toEqual([]);
        expect(api().requests).toEqual([]);
      });

      test("has the manifest's message for a mistake, and does not save it", async () => {
        await using project = await served();
        await using page = await open(project.server.url);
        await page.locator('[data-id="banner"] .frame').click();
        await page.getByRole('button', { name: 'Edit' }).click();
        await page.locator('.editor').getByLabel('Crop').first().fill('9000x400');
        await expectText(page.locator('.edit-problems'), /crop/);
        await expectText(page.locator('.outcome'), /^It cannot be saved:$/);
        expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
        await page.locator('.editor').getByLabel('Crop').first().fill('3:2 30% 20%');
        await expectText(page.locator('.outcome'), /^Free: nothing has to be bought\.$/);
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('Saved banner').waitFor();
        expect((await project.project.read('garden.images.yaml')).toString()).toContain(
          '    crop: { ratio: 3:2, position: [30, 20] }\n',
        );
        expect(api().requests).toEqual([]);
      });

      test('a preset says which images it would buy again', async () => {
        await using project = await served();
        await using page = await open(project.server.url);
        await page.locator('[data-id="banner"] .frame').click();
        await page.keyboard.press('e');
        await page.getByText('Preset house: 3 images').click();
        await page
          .locator('.editor')
          .getByLabel('Prompt', { exact: true })
          .nth(1)
          .fill('{{ prompt }}. A lino cut.');
        await expectText(
          page.locator('.outcome'),
          /5 pictures for up to .* \(hero, night, banner\)\.$/,
        );
      });

      test('refuses to save over what was written meanwhile, and shows both texts', async () => {
        await using project = await served();
        await using first = await open(project.server.url);
        await using second = await open(project.server.url);
        for (const page of [first, second]) {
          await page.locator('[data-id="fresh"] .frame').click();
          await page.keyboard.press('e');
          await page.locator('.editor').waitFor();
        }
        for (const [page, words] of [
          [first, 'A packet of seeds'],
          [second, 'Seeds in a packet'],
        ] as const) {
          await promptIn(page).fill(words);
          await page.locator('.diff').waitFor();
        }
        await first.getByRole('button', { name: 'Save' }).click();
        await first.getByText('Saved fresh').waitFor();
        // What the second tab has typed is still there.
        expect(await promptIn(second).inputValue()).toBe('Seeds in a packet');
        await second.getByRole('button', { name: 'Save' }).click();
        const conflict = second.getByRole('alert');
        await expectText(conflict, /has changed since you opened it\. Nothing was written\./);
        await expectText(conflict, /in the file nowA packet of seedsYoursSeeds in a packet/);
        const written = async () => (await project.project.read('garden.images.yaml')).toString();
        expect(await written()).toContain('prompt: A packet of seeds,');
        await expectText(second.locator('.diff .removed'), /A packet of seeds/);
        expect(await violations(second)).toEqual([]);
        await second.getByRole('button', { name: 'Save' }).click();
        await second.getByText('Saved fresh').waitFor();
        expect(await written()).toContain('prompt: Seeds in a packet,');
        expect(api().requests).toEqual([]);
      });

      test('is not undone over what another program wrote', async () => {
        await using project = await served();
        await using page = await open(project.server.url);
        await page.waitForSelector('.card');
        await page.keyboard.press('2');
        await page.getByText('Wrote pick: 2').waitFor();
        const text = (await project.project.read('garden.images.yaml')).toString();
        await project.project.write('garden.images.yaml', `${text}# more\n`);
        await page.keyboard.press('u');
        await expectText(page.getByRole('dialog'), /has changed since\. Nothing was written\./);
        await expectText(page.getByRole('dialog').locator('.removed').first(), /pick: 2/);
        expect(await violations(page)).toEqual([]);
        expect((await project.project.read('garden.images.yaml')).toString()).toBe(
          `${text}# more\n`,
        );
      });

      test('keeps what was typed while another image is looked at, and fits a narrow screen', async () => {
        await using project = await served();
        await using page = await open(project.server.url, undefined, {
          viewport: { width: 390, height: 844 },
        });
        await page.locator('[data-id="hero"] .frame').click();
        await page.getByRole('button', { name: 'Edit' }).click();
        await promptIn(page).fill('Half a tho');
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          390,
        );
        await page.keyboard.press('Escape');
        await page.locator('[data-id="fresh"] .frame').click();
        await expectText(page.locator('.panel .heading h2'), /^fresh$/);
        await page.keyboard.press('Escape');
        await page.locator('[data-id="hero"] .frame').click();
        expect(await promptIn(page).inputValue()).toBe('Half a tho');
        await page.getByRole('button', { name: 'Cancel' }).click();
        await page.getByRole('button', { name: 'Edit' }).click();
        expect(await promptIn(page).inputValue()).toContain('at dusk');
      });
    });

    test('there is no button if nothing may be bought', async () => {
      await using project = await served({ CI: '1' });
      await using page = await open(project.server.url);
      await page.locator('[data-id="fresh"] .frame').click();
      expect(await page.locator('.panel .buy').count()).toBe(0);
      expect(await page.locator('.panel .purchase').textContent()).toMatch(
        /Nothing may be bought here/,
      );
    });

    test('follows a manifest that changes, breaks and is fixed, and keeps its scroll position', async () => {
      await using project = await served();
      await using page = await open(project.server.url);
      await page.locator('[data-id="drawn"] .frame').click();
      await page.locator('input[type=search]').fill('sketch');
      const text = (await project.project.read('garden.images.yaml')).toString();
      await project.project.write(
        'garden.images.yaml',
        text.replace('alt: A sketch', 'alt: A better sketch'),
      );
      await expectText(page.locator('.panel .alt'), /A better sketch/);
      await project.project.write(
        'garden.images.yaml',
        text.replace('quality: low', 'qualty: low'),
      );
      await expectText(
        page.locator('.problems .wrong').first(),
        /garden\.images\.yaml:2:13.*qualty.*quality/s,
      );
      expect(await shown(page)).toEqual(['drawn']);
      await project.project.write('garden.images.yaml', text);
      await page.locator('.problems .wrong').waitFor({ state: 'detached' });
      await expectText(page.locator('.panel .alt'), /^A sketch$/);
      expect(await selected(page)).toBe('drawn');
      expect(await page.locator('input[type=search]').inputValue()).toBe('sketch');
      expect(api().requests).toEqual([]);
    });

    test('while the project is read, nothing is offered', async () => {
      await using project = await served();
      const page = await browser.newPage();
      await page.route(/\/data\?/, () => {});
      await page.goto(project.server.url);
      await page.getByText('Reading the project').waitFor();
      expect(await page.locator('.bar').locator('button, select, progress').all()).not.toEqual([]);
      expect(await page.locator('.bar :is(button, select, progress):visible').count()).toBe(0);
      await page.close();
    });

    test('with a wrong token, or at another host name, there is no page', async () => {
      await using project = await served();
      const wrong = project.server.url.replace(/\/[^/]+\/$/, '/wrong/');
      const page = await browser.newPage();
      expect((await page.goto(wrong))?.status()).toBe(403);
      await page.close();
    });

    describe('accessible and valid', () => {
      test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (scheme) => {
        await using project = await served();
        await using page = await open(project.server.url, undefined, { colorScheme: scheme });
        await page.waitForSelector('.card');
        for (const id of ['hero', 'night', 'fresh', 'torn', 'hostile']) {
          await page.locator(`[data-id="${id}"] .frame`).click();
          expect(await violations(page), id).toEqual([]);
        }
        await page.locator('[data-id="hero"] .frame').click();
        await page.keyboard.press('c');
        await page.locator('dialog img[src]').nth(1).waitFor();
        expect(await violations(page), 'side by side').toEqual([]);
        await page.getByLabel('Slider').check();
        expect(await violations(page), 'slider').toEqual([]);
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        expect(await violations(page), 'help').toEqual([]);
        await page.keyboard.press('Escape');
        await page.setViewportSize({ width: 390, height: 844 });
        expect(await violations(page), 'narrow').toEqual([]);
        await page.locator('[data-id="dear"] .frame').click();
        expect(await violations(page), 'narrow panel').toEqual([]);
      });

      test('on a narrow screen the panel opens and closes with the focus', async () => {
        await using project = await served();
        await using page = await open(project.server.url, undefined, {
          viewport: { width: 390, height: 844 },
        });
        await page.locator('[data-id="night"] .frame').click();
        expect(await page.evaluate('document.activeElement.className')).toBe('close');
        await page.keyboard.press('Escape');
        expect(await page.locator('.panel').isVisible()).toBe(false);
        expect(await page.evaluate('document.activeElement.closest(".card").dataset.id')).toBe(
          'night',
        );
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBeLessThanOrEqual(390);
      });

      test('the file is valid HTML, and so is its document after the scripts have run', async () => {
        await using project = await copyOf(model, api());
        const { file } = await writeSheet(await project.context());
        const source = (await project.read('tintype-sheet.html')).toString();
        expect(await mistakes(source)).toEqual([]);
        await using page = await open(pathToFileURL(file).href);
        for (const id of ['hero', 'fresh', 'hostile']) {
          await page.locator(`[data-id="${id}"] .frame`).click();
          await expect.poll(() => page.locator('img:not([src])').count()).toBe(0);
          expect(await mistakes(await page.content()), id).toEqual([]);
        }
        await page.locator('[data-id="hero"] .frame').click();
        await page.keyboard.press('c');
        expect(await mistakes(await page.content())).toEqual([]);
      });

      test('nothing is animated if the system asks for less motion', async () => {
        await using project = await served();
        await using page = await open(project.server.url, undefined, { reducedMotion: 'reduce' });
        await page.locator('[data-id="fresh"] .frame').click();
        const answer = answerLater();
        await page.locator('.panel .buy').click();
        await page.locator('.panel progress').waitFor();
        expect(await page.evaluate('document.getAnimations().length')).toBe(0);
        answer();
        await page.locator('.card[data-id="fresh"] .mat:not(.drawn) img[src]').waitFor();
      });

      test('single keys can be turned off', async () => {
        await using project = await served();
        await using page = await open(project.server.url);
        await page.waitForSelector('.card');
        await page.keyboard.press('?');
        await page.getByRole('dialog').getByRole('checkbox').uncheck();
        await page.keyboard.press('Escape');
        await page.keyboard.press('j');
        expect(await selected(page)).toBe('hero');
      });
    });

    test('of a thousand images only those near the screen load a picture', async () => {
      await using project = await manyImages(1000);
      const server = await serveSheet({ context: () => project.context(), port: 0 });
      await using page = await open(server.url);
      await page.waitForSelector('.card img[src]');
      // The browser can find the name of every image, and draws only the cards near the screen.
      expect(await page.locator('#rolls').textContent()).toContain('picture-777');
      expect(await page.locator('.card').count()).toBeLessThan(200);
      expect(await page.locator('.card img[src]').count()).toBeLessThan(150);
      expect(await page.evaluate("window.find('picture-777')")).toBe(true);
      await page.locator('[data-id="picture-777"] img[src]').first().waitFor();
      await page.locator('.frame').first().focus();
      await page.keyboard.press('End');
      expect(await selected(page)).toBe('picture-999');
      await page.locator('.card[data-id="picture-999"] img[src]').waitFor();
      expect(await page.locator('.card').count()).toBeLessThan(300);
      await page.keyboard.press('Home');
      await page.locator('input[type=search]').fill('number 999');
      expect(await shown(page)).toEqual(['picture-999']);
      await page.locator('[data-id="picture-999"] img[src]').waitFor();
      await page.close();
      await server.close();
    });
  },
);

/** The API answers the next request when the returned function is called, however busy the machine is. */
function answerLater(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  api().fail({ kind: 'delay', ms: 0, until: promise });
  return resolve;
}

/** Puts the thumbnails of a file and of a server into the model's cache, because each copy would need a second for them. */
async function makeThumbnails(): Promise<void> {
  await rm((await writeSheet(await model.context())).file);
  const server = await serveSheet({ context: () => model.context(), port: 0 });
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.locator('.card img[src]').nth(4).waitFor();
  await page.evaluate(
    'Promise.all([...document.querySelectorAll(".card img[src]")].map((image) => image.decode()))',
  );
  await page.close();
  await server.close();
}

async function served(
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly project: TestProject; readonly server: SheetServer } & AsyncDisposable> {
  const project = await copyOf(model, api());
  const server = await serveSheet({ context: () => project.context({ env }), port: 0 });
  return {
    project,
    server,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await project[Symbol.asyncDispose]();
    },
  };
}

/** A page that fails the test on any error and on any report about its policy. */
async function open(
  url: string,
  onRequest: (url: string) => void = () => {},
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Page & AsyncDisposable> {
  const problems: string[] = [];
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // The server refuses to write over what another program wrote, and the page says so.
    if (message.type() === 'error' && !message.text().includes('status of 409'))
      problems.push(message.text());
  });
  page.on('request', (request) => onRequest(request.url()));
  await page.goto(url);
  return Object.assign(page, {
    [Symbol.asyncDispose]: async () => {
      await page.close();
      expect(problems).toEqual([]);
    },
  });
}

async function statuses(page: Page): Promise<Record<string, string>> {
  const states = await page.locator('.card .state').allTextContents();
  const ids = await idsOf(page, '.card');
  return Object.fromEntries(ids.map((id, index) => [id, states[index]!]));
}

function shown(page: Page): Promise<string[]> {
  return idsOf(page, '.card:not([hidden])');
}

async function selected(page: Page): Promise<string | undefined> {
  return (await idsOf(page, '.card:has([aria-current])'))[0];
}

/** Code for the page is text, because these tests have no types of the DOM. */
function idsOf(page: Page, selector: string): Promise<string[]> {
  return page.evaluate(
    `Array.from(document.querySelectorAll(${JSON.stringify(selector)}), (one) => one.dataset.id)`,
  );
}

/** The image's own prompt in its form. */
function promptIn(page: Page): ReturnType<Page['locator']> {
  return page.locator('.editor').getByLabel('Prompt', { exact: true }).first();
}

/** Waits until an element contains a text. */
async function expectText(locator: ReturnType<Page['locator']>, pattern: RegExp): Promise<void> {
  await expect.poll(() => locator.textContent()).toMatch(pattern);
}

/** Waits until the caption of a picture in the viewer has its name and figures. */
async function expectCaption(
  dialog: ReturnType<Page['locator']>,
  at: number,
  pattern: RegExp,
): Promise<void> {
  const caption = dialog.locator('figcaption').nth(at);
  await expect
    .poll(async () => {
      const name = await caption.locator('option:checked').textContent();
      return `${name} ${await caption.locator('.figures').textContent()}`;
    })
    .toMatch(pattern);
}

async function priceOfPlan(project: TestProject, id: string): Promise<{ price: string } | null> {
  const { requests } = await project.plan({ ids: [id] });
  const cost = requests[0]?.costUsd;
  if (cost == null) return null;
  const high = `$${cost.high.toFixed(4)}`;
  return { price: cost.low === cost.high ? high : `up to ${high}` };
}

async function violations(page: Page): Promise<string[]> {
  // Uses the debugger, because the page's policy blocks other scripts.
  await page.evaluate(axe.source);
  return page.evaluate(
    `axe.run().then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
  );
}

const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: {
    // These rules are about the layout of the text, which the build decides, and a browser prints its DOM in its own way.
    'no-trailing-whitespace': 'off',
    'void-style': 'off',
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'no-inline-style': 'off',
    'doctype-style': 'off',
    'long-title': 'off',
  },
});

async function mistakes(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line }) => `${ruleId} (line ${line}): ${message}`),
  );
}
