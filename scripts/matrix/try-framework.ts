import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { common, type Framework } from './framework.ts';
import { type Programs, programsIn } from './programs.ts';

/** What was seen; `null`: the question does not arise. */
export interface Seen {
  readonly version: string;
  readonly vite: string;
  readonly dev: boolean;
  readonly edit: boolean;
  readonly build: boolean;
  readonly same: boolean | null;
  readonly types: boolean;
  readonly left: boolean;
}

/** Installs a framework with our packages into a folder, and looks at its dev server, its build and its types in a browser. */
export async function tryFramework(
  framework: Framework,
  root: string,
  tarballs: readonly string[],
  browser: Browser,
): Promise<Seen> {
  for (const [file, text] of Object.entries({ ...common, ...framework.files })) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const programs = programsIn(root);
  await programs.run(
    `npm install --no-audit --no-fund --prefer-offline ${[...framework.packages, ...tarballs].join(' ')}`,
  );
  const { dev, edit } = await lookAtDev(framework, root, programs, browser);
  await programs.run(framework.build);
  const built = await lookAtBuild(framework, programs, browser);
  const texts = await textsBelow(join(root, framework.output));
  return {
    version: await versionOf(root, framework.shownPackage),
    vite: await versionOf(root, 'vite'),
    dev,
    edit,
    ...built,
    types: await areTypesRight(framework, root, programs),
    left: texts.every((text) => !/["'(=]tintype:[a-z]/.test(text)),
  };
}

/** Whether the page shows the picture, and then a new alternative text, without a restart. */
async function lookAtDev(
  { dev, path = '/' }: Framework,
  root: string,
  { serve }: Programs,
  browser: Browser,
) {
  await using server = await serve(dev);
  const address = `${server.origin}${path}`;
  await using opened = await openPage(browser, address);
  // A dev server may load its page again when it has optimised dependencies.
  const isShown = await opened.becomes(loaded, 60_000);
  // An author edits a page that has been taken over by its scripts.
  await opened.settled();
  const manifest = join(root, 'site.images.yaml');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace('before the edit', 'after the edit'));
  const isOpenPage = await opened.becomes(`${hero}?.alt === 'after the edit'`, 20_000);
  // The HTML of a server, too.
  const html = await (await fetch(address)).text();
  const isInHtml = !html.includes('before the edit');
  await writeFile(manifest, text);
  return { dev: isShown, edit: isOpenPage && isInHtml };
}

async function lookAtBuild(
  { serve: command, path = '/', isServerRendered }: Framework,
  { serve }: Programs,
  browser: Browser,
) {
  await using server = await serve(command);
  const address = `${server.origin}${path}`;
  const html = await (await fetch(address)).text();
  await using opened = await openPage(browser, address);
  const isShown = await opened.becomes(loaded, 30_000);
  if (!isServerRendered) return { build: isShown, same: null };
  const sent = /<img[^>]*hero[^>]*\bsrc="([^"]+)"|\bsrc="([^"]+)"[^>]*class="hero/.exec(html) ?? [];
  const shown = await opened.evaluate(`${hero}.getAttribute('src')`);
  const isSame = (sent[1] ?? sent[2]) === shown;
  return { build: isShown, same: isSame && opened.problems.length === 0 };
}

const hero = `document.querySelector('img.hero')`;
const loaded = `${hero}?.complete && ${hero}.naturalWidth > 0`;

/** A page, and what goes wrong in it. */
async function openPage(browser: Browser, address: string) {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(address, { waitUntil: 'load', timeout: 60_000 });
  return {
    problems,
    settled: () => page.waitForLoadState('networkidle'),
    evaluate: (expression: string) => page.evaluate(expression),
    becomes: (expression: string, timeout: number) =>
      page.waitForFunction(expression, undefined, { timeout, polling: 100 }).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => page.close(),
  };
}

/** The project is right, and a wrong id is an error. */
async function areTypesRight(
  { check, files }: Framework,
  root: string,
  { run }: Programs,
): Promise<boolean> {
  const passes = () =>
    run(check).then(
      () => true,
      () => false,
    );
  if (!(await passes())) return false;
  const [file, text] = Object.entries(files).find(([, one]) =>
    one.includes('virtual:tintype/hero'),
  )!;
  await writeFile(join(root, file), text.replace('virtual:tintype/hero', 'virtual:tintype/heroo'));
  const isWrongFound = !(await passes());
  await writeFile(join(root, file), text);
  return isWrongFound;
}

async function versionOf(root: string, name: string): Promise<string> {
  const text = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function textsBelow(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const texts = files.filter((file) => /\.(?:html|js|mjs|css|json)$/.test(file));
  return Promise.all(texts.map((file) => readFile(join(folder, file), 'utf8')));
}
