/**
 * Measures how long a sheet of five thousand images takes to open, filter and scroll in a browser: `node -C tintype-source
 * bench/sheet.ts [images]`. It measures the CPU time of the page's main thread for each task, in the browser's own trace. People
 * notice a task of 50 ms or more, and a task of more than 16.7 ms makes a screen of 60 Hz skip a frame while it scrolls. Nothing is
 * bought, because every image is a stand-in. Needs /usr/bin/chromium.
 */
import sharp from 'sharp';
import { serveSheet } from '../packages/sheet/src/index.ts';
import { launchBrowser } from '../packages/core/test/support/browser.ts';
import { manyImages } from '../packages/sheet/test/support/sheet-project.ts';
import { pageTasks } from './support/page-tasks.ts';

const images = Number(process.argv[2] ?? 5000);

const project = await manyImages(images);
const server = await serveSheet({ context: () => project.context(), port: 0 });
const browser = await launchBrowser();
const page = await browser.newPage({
  viewport: { width: 1440, height: 900 },
  // The step that waits for the cards asks for an expression to be evaluated.
  bypassCSP: true,
});

// Drawing thousands of thumbnails would take minutes of the machine that draws the page. Each frame loads one of its own address all
// the same.
const sample = await sharp({
  create: {
    width: 480,
    height: 480,
    channels: 3,
    background: '#456',
    noise: { type: 'gaussian', mean: 128, sigma: 40 },
  },
})
  .webp()
  .toBuffer();
await page.route('**/picture/**', (route) =>
  route.fulfill({ body: sample, contentType: 'image/webp' }),
);

console.log(`${images} images; processor time of the page's main thread\n`);
console.log(
  '| step | all | longest task | tasks over 16.7 ms | of 50 ms and more |\n| --- | --: | --: | --: | --: |',
);

await step('open, until the first cards have pictures', async () => {
  await page.goto(server.url);
  await page.waitForSelector('.card img[src]', { timeout: 120_000 });
});
for (const [name, text] of [
  ['search for one of them', 'number 987'],
  ['for a tenth of them', 'number 7'],
  ['for all again', ''],
] as const) {
  await step(name, () =>
    page.evaluate(`(async () => {
      const box = document.querySelector('input[type=search]');
      box.value = ${JSON.stringify(text)};
      box.dispatchEvent(new Event('input'));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)));
    })()`),
  );
}
await page.evaluate(`document.querySelector('.frame[tabindex="0"]').focus()`);
await step('j, fifty times', async () => {
  for (let pressed = 0; pressed < 50; pressed++) await page.keyboard.press('j');
});
await page.evaluate('scrollTo(0, 0)');
await step('scroll down, 300 frames of 150 px', scroll(150));
await step('End', async () => {
  await page.evaluate(`document.querySelector('.frame[tabindex="0"]').focus()`);
  await page.keyboard.press('End');
});
await step('scroll up, 300 frames of 150 px', scroll(-150));
await browser.close();
await server.close();
await project[Symbol.asyncDispose]();

/** Scrolls 300 frames, as fast as a hand flings: 9,000 px a second at 60 Hz. */
function scroll(by: number): () => Promise<unknown> {
  return () =>
    page.evaluate(`(async () => {
      for (let frame = 0; frame < 300; frame++) {
        scrollBy(0, ${by});
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    })()`);
}

async function step(name: string, act: () => Promise<unknown>): Promise<void> {
  const tasks = await pageTasks(browser, page, act);
  const all = tasks.reduce((total, task) => total + task, 0);
  const over = (limit: number) => tasks.filter((task) => task >= limit).length;
  const longest = tasks.reduce((most, task) => Math.max(most, task), 0);
  const cells = [name, ms(all), ms(longest)];
  console.log(`| ${[...cells, over(1000 / 60), over(50)].join(' | ')} |`);
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
