import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSoon, hasBrowser, launchBrowser, skipped } from './support/browser.ts';
import { serve, type Served } from './support/serve.ts';
import { type Vite, type ViteProject, viteProject, viteVersions } from './support/vite-project.ts';

const manifest = (heroAlt: string, more = '') => `
images:
  hero:
    prompt: A lighthouse keeper
    alt: ${heroAlt}
    ${more}
  logo:
    prompt: A flat logo
    alt: The logo
`;

const files = {
  'site.images.yaml': manifest('before'),
  'index.html': '<main></main><script type="module" src="/main.js"></script>',
  'main.js': `
    import './style.css';
    import hero from 'virtual:tintype/hero';
    import 'virtual:tintype/logo';
    Object.assign(window, { born: Math.random(), hero, logoUpdates: 0 });
    import.meta.hot.accept('virtual:tintype/hero', (module) => { window.hero = module.default; });
    import.meta.hot.accept('virtual:tintype/logo', () => { window.logoUpdates += 1; });
  `,
  'style.css': 'main { background: url("tintype:hero") }',
};

const overlay = "document.querySelector('vite-error-overlay')?.shadowRoot.textContent";

/** All tests run on the latest version, and tests of what differs run on each version. */
const versions = viteVersions.filter(([name]) => name !== '8.0');

describe.skipIf(!hasBrowser)(`in Chromium${skipped}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** A page of the project, which keeps its state until it is reloaded. */
  async function open(project: ViteProject, served: Served): Promise<Page> {
    await expect
      .poll(() => served.server.watcher.getWatched()[project.root])
      .toContain('site.images.yaml');
    const page = await browser.newPage();
    await page.goto(served.origin);
    return page;
  }

  describe.each(versions)('Vite %s', (_, load) => {
    let vite: Vite;
    beforeAll(async () => {
      vite = await load();
    });

    test('only the edited image is updated, and the page keeps its state', async () => {
      await using project = await viteProject(files);
      await project.stock();
      await using served = await serve(project, {}, {}, vite);
      const page = await open(project, served);
      await expectSoon(page, "window.hero?.alt === 'before'");
      const born = await page.evaluate('window.born');

      await project.write('site.images.yaml', manifest('after'));
      await expectSoon(page, "window.hero.alt === 'after'");
      await project.write('site.images.yaml', manifest('after', 'formats: [webp, jpeg]'));
      await expectSoon(page, "'jpeg' in window.hero.sources");
      await expectSoon(
        page,
        "getComputedStyle(document.querySelector('main')).backgroundImage.includes('hero.jpeg')",
      );
      expect(await page.evaluate('[window.born, window.logoUpdates]')).toEqual([born, 0]);
      expect(await project.read('tintype-env.d.ts')).toContain("'webp' | 'jpeg'");
      await page.close();
    });

    test('the overlay shows a mistake with its place until it is fixed, and the page keeps its state', async () => {
      await using project = await viteProject(files);
      await project.stock();
      await using served = await serve(project, {}, {}, vite);
      const page = await open(project, served);
      await expectSoon(page, "window.hero?.alt === 'before'");
      const born = await page.evaluate('window.born');

      await project.write('site.images.yaml', manifest('broken', 'witdhs: [32]'));
      await expectSoon(page, `(${overlay})?.includes('witdhs')`);
      const text = String(await page.evaluate(overlay));
      expect(text).toContain('site.images.yaml:6');
      expect(text).toContain('widths');
      expect(text).toContain('> 6 |');

      await project.write('site.images.yaml', manifest('mended'));
      await expectSoon(page, `window.hero.alt === 'mended' && (${overlay}) === undefined`);
      expect(await page.evaluate('window.born')).toBe(born);
      await page.close();
    });
  });

  test('the overlay closes after a mistake is undone', async () => {
    await using project = await viteProject(files);
    await project.stock();
    await using served = await serve(project);
    const page = await open(project, served);
    await expectSoon(page, "window.hero?.alt === 'before'");
    await project.write('site.images.yaml', manifest('before', 'witdhs: [32]'));
    await expectSoon(page, `(${overlay})?.includes('witdhs')`);
    await project.write('site.images.yaml', manifest('before'));
    await expectSoon(page, `(${overlay}) === undefined`);
    await page.close();
  });

  test('a second change right after the first is shown, although the watcher does not report it', async () => {
    await using project = await viteProject(files);
    await project.stock();
    await using served = await serve(project);
    const page = await open(project, served);
    await expectSoon(page, "window.hero?.alt === 'before'");
    // The time of planning depends on the machine. One of these changes comes after it, and while the watcher is silent.
    for (const delay of [15, 25, 35, 45]) {
      const noticed = once(served.server.watcher, 'change');
      await project.write('site.images.yaml', manifest('saved', 'witdhs: [32]'));
      await noticed;
      await sleep(delay);
      await project.write('site.images.yaml', manifest(`fixed ${delay}`));
      await expectSoon(page, `window.hero.alt === 'fixed ${delay}' && (${overlay}) === undefined`);
    }
    await page.close();
  });

  test('a page that was opened on a mistake reloads when the mistake is fixed', async () => {
    await using project = await viteProject({
      ...files,
      'site.images.yaml': manifest('x', 'widht: 1'),
    });
    await using served = await serve(project);
    expect(project.log.join('\n')).toContain('widht');
    const page = await open(project, served);
    await expectSoon(page, `(${overlay})?.includes('widht')`);
    await project.write('site.images.yaml', manifest('mended'));
    await expectSoon(page, "window.hero?.alt === 'mended'");
    await page.close();
  });

  test('a picture that another process buys replaces its stand-in', async () => {
    await using project = await viteProject(files);
    await using served = await serve(project);
    const page = await open(project, served);
    await expectSoon(page, 'window.hero?.ai.generated === false');
    const born = await page.evaluate('window.born');
    await project.stock();
    await expectSoon(page, 'window.hero.ai.generated === true && window.hero.img.w === 64');
    expect(await page.evaluate('window.born')).toBe(born);
    await page.close();
  });

  test('a pick on the contact sheet is written into the manifest, and the page shows it', async () => {
    await using project = await viteProject({
      ...files,
      'site.images.yaml': manifest('before', 'number_of_images: 2 # choose'),
    });
    await using served = await serve(project);
    const page = await open(project, served);
    await expectSoon(page, "window.hero?.alt === 'before'");
    const born = await page.evaluate('window.born');
    const shown = 'fetch(window.hero.img.src).then((answer) => answer.text())';
    const first = await page.evaluate(shown);
    await page.evaluate('window.firstSrc = window.hero.img.src');

    await expect.poll(() => project.log.join('\n')).toContain('contact sheet: ');
    const address = /contact sheet: (\S+)/.exec(project.log.join('\n'))![1]!;
    const sheet = await browser.newPage();
    await sheet.goto(address);
    await sheet.locator('[data-id="hero"]').first().click();
    await sheet.keyboard.press('2');

    await expectSoon(page, 'window.hero.img.src !== window.firstSrc');
    expect(await page.evaluate(shown)).not.toBe(first);
    expect(await page.evaluate('window.born')).toBe(born);
    expect(await project.read('site.images.yaml')).toMatch(
      /number_of_images: 2 # choose\n +pick: 2|pick: 2\n[^]*number_of_images: 2 # choose/,
    );
    await sheet.close();
    await page.close();
  });

  test('an edited config and an edited page are noticed, too', async () => {
    await using project = await viteProject({
      ...files,
      'index.html': `<img src="tintype:hero">${files['index.html']}`,
      'tintype.config.js': 'export default { defaults: { formats: ["webp"] } };',
    });
    await project.stock();
    await using served = await serve(project);
    const page = await open(project, served);
    await expectSoon(page, "document.querySelector('img')?.src.includes('hero.webp')");
    await project.write(
      'tintype.config.js',
      'export default { defaults: { formats: ["webp", "jpeg"] } };',
    );
    await expectSoon(page, "document.querySelector('picture > img')?.src.includes('hero.jpeg')");
    await expectSoon(page, "'jpeg' in (window.hero?.sources ?? {})");
    await page.close();
  });
});
