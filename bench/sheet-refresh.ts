/**
 * Measures how an open sheet follows its manifest: `node -C tintype-source bench/sheet-refresh.ts [images] [edits]`. It edits one
 * image of a manifest of five thousand, as an editor does, and waits until the page shows the new text. The server's processor time is
 * that of this process, which also drives the browser; the page's is that of its main thread, in the browser's own trace. Nothing is
 * bought, because every image is a stand-in. Needs /usr/bin/chromium.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveSheet } from '../packages/sheet/src/index.ts';
import { launchBrowser } from '../packages/core/test/support/browser.ts';
import { manyImages } from '../packages/sheet/test/support/sheet-project.ts';
import { pageTasks } from './support/page-tasks.ts';

const [images = 5000, edits = 5] = process.argv.slice(2).map(Number);

const project = await manyImages(images);
const file = join(project.root, 'many.images.yaml');
const text = (await readFile(file, 'utf8')).replace(
  'images:\n',
  'images:\n  first: { prompt: "Version 0, an image of its own" }\n',
);
await writeFile(file, text);
const server = await serveSheet({ context: () => project.context(), port: 0 });
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.route('**/picture/**', (route) => route.abort());

const data = () => fetch(`${server.url}data`).then((response) => response.text());
console.log(`${images} images, ${(Buffer.byteLength(await data()) / 1e6).toFixed(1)} MB of data\n`);
console.log(
  '| step | until it is shown | CPU of the server | CPU of the page | longest task |\n| --- | --: | --: | --: | --: |',
);

await step('open', async () => {
  await page.goto(server.url);
  await page.waitForSelector('.panel .prompt');
});
// The watcher says once that it begins to watch.
await new Promise((resolve) => setTimeout(resolve, 5000));
for (let edit = 1; edit <= edits; edit++) {
  await step(`edit ${edit} of one image`, async () => {
    await writeFile(file, text.replace('Version 0,', `Version ${edit},`));
    await page
      .locator('.panel .prompt')
      .filter({ hasText: `Version ${edit},` })
      .waitFor();
  });
}
await step('an edit of all images', async () => {
  await writeFile(file, text.replace('Version 0,', 'Another version,').replaceAll('ochre', 'rust'));
  await page.locator('.panel .prompt').filter({ hasText: 'Another version,' }).waitFor();
});
await step('the page is reloaded', async () => {
  await page.reload();
  await page.waitForSelector('.panel .prompt');
});
await browser.close();
await server.close();
await project[Symbol.asyncDispose]();

async function step(name: string, act: () => Promise<unknown>): Promise<void> {
  let shown = 0;
  let cpu = 0;
  const tasks = await pageTasks(browser, page, async () => {
    const [from, before] = [performance.now(), process.cpuUsage()];
    await act();
    shown = performance.now() - from;
    const { user, system } = process.cpuUsage(before);
    cpu = (user + system) / 1000;
  });
  const all = tasks.reduce((total, task) => total + task, 0);
  const cells = [name, ...[shown, cpu, all, Math.max(0, ...tasks)].map(ms)];
  console.log(`| ${cells.join(' | ')} |`);
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
