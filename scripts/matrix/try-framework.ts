import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Framework } from './frameworks.ts';
import { type Programs, programsIn } from './programs.ts';

/** What was seen; `null`: the question does not arise. */
export interface Seen {
  readonly version: string;
  readonly vite: string;
  readonly dev: boolean;
  readonly edit: boolean;
  readonly build: boolean;
  readonly same: boolean | null;
  readonly link: boolean | null;
  readonly types: boolean;
  readonly left: boolean;
}

/** Installs a copy of the example in `folder` with our packages, and looks at its dev server, its build and its types in a browser. */
export async function tryFramework(
  framework: Framework,
  folder: string,
  root: string,
  tarballs: readonly string[],
  browser: Browser,
): Promise<Seen> {
  await cp(folder, root, { recursive: true, filter: (path) => !/node_modules/.test(path) });
  const importer = await fileThatImports(root);
  const programs = programsIn(root);
  await programs.run(`npm install --no-audit --no-fund --prefer-offline ${tarballs.join(' ')}`);
  const { dev, edit } = await lookAtDev(framework, root, programs, browser);
  await programs.run('npm run build');
  const built = await lookAtBuild(framework, root, programs, browser);
  const texts = await textsBelow(join(root, framework.output));
  return {
    version: await versionOf(root, framework.shownPackage),
    vite: await versionOf(root, 'vite'),
    dev,
    edit,
    ...built,
    types: await areTypesRight(importer, programs),
    left: texts.every((text) => !/["'(=]tintype:[a-z]/.test(text)),
  };
}

/** Whether the page shows the picture, and then a new alternative text, without a restart. */
async function lookAtDev(
  { path = '/' }: Framework,
  root: string,
  { serve }: Programs,
  browser: Browser,
) {
  await using server = await serve(`npm run dev -- ${onPort}`);
  const address = `${server.origin}${path}`;
  await using opened = await openPage(browser, address);
  // A dev server may load its page again when it has optimised dependencies.
  const isShown = await opened.becomes(loaded, 60_000);
  // An author edits a page that has been taken over by its scripts.
  await opened.settled();
  const manifest = join(root, 'site.images.yaml');
  const text = await readFile(manifest, 'utf8');
  const [line, before] = /alt: (.*)/.exec(text)!;
  await writeFile(manifest, text.replace(line, 'alt: after the edit'));
  const isOpenPage = await opened.becomes(`${image}?.alt === 'after the edit'`, 20_000);
  // The HTML of a server, too.
  const html = await (await fetch(address)).text();
  const isInHtml = !html.includes(before!);
  await writeFile(manifest, text);
  return { dev: isShown, edit: isOpenPage && isInHtml };
}

async function lookAtBuild(
  { path = '/', isServerRendered, hasRouter }: Framework,
  root: string,
  { serve }: Programs,
  browser: Browser,
) {
  const { scripts } = await packageOf(root);
  await using server = await serve(
    scripts?.['start'] ? 'npm start' : `npm run preview -- ${onPort}`,
  );
  const address = `${server.origin}${path}`;
  const html = await (await fetch(address)).text();
  await using opened = await openPage(browser, address);
  const isShown = await opened.becomes(loaded, 30_000);
  const link = hasRouter ? await doesLinkShow(server.origin, browser) : null;
  if (!isServerRendered) return { build: isShown, same: null, link };
  const sent = /<img[^>]*hero[^>]*\bsrc="([^"]+)"|\bsrc="([^"]+)"[^>]*class="hero/.exec(html) ?? [];
  const shown = await opened.evaluate(`${image}.getAttribute('src')`);
  const isSame = (sent[1] ?? sent[2]) === shown;
  return { build: isShown, same: isSame && opened.problems.length === 0, link };
}

/** Whether a link on another page shows the picture. Only the router can follow it, because the page is not loaded again. */
async function doesLinkShow(origin: string, browser: Browser): Promise<boolean> {
  await using opened = await openPage(browser, `${origin}/about`);
  await opened.evaluate(`addEventListener('click', (event) => {
    globalThis.isFollowed ||= event.defaultPrevented;
    event.preventDefault();
  })`);
  // Until the router follows it, because the page may not have been taken over yet.
  const click = `globalThis.isFollowed || document.querySelector('a[href="/"]')?.click()`;
  return await opened.becomes(`(${click}, ${loaded})`, 30_000);
}

const onPort = '--port PORT --host 127.0.0.1';

const hero = 'virtual:tintype/hero';
const image = `document.querySelector('img.hero')`;
const loaded = `${image}?.complete && ${image}.naturalWidth > 0`;

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
async function areTypesRight(importer: string, { run }: Programs): Promise<boolean> {
  const passes = () =>
    run('npm run check').then(
      () => true,
      () => false,
    );
  if (!(await passes())) return false;
  const text = await readFile(importer, 'utf8');
  await writeFile(importer, text.replace(hero, `${hero}o`));
  const isWrongFound = !(await passes());
  await writeFile(importer, text);
  return isWrongFound;
}

/** The file of a project, before its install, that imports the picture. */
async function fileThatImports(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path, 'utf8')).includes(hero)) return path;
  }
  throw new Error(`no file of ${root} imports the picture`);
}

async function versionOf(root: string, name: string): Promise<string> {
  const { version } = await packageOf(join(root, 'node_modules', name));
  return version!;
}

export interface PackageFile {
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export async function packageOf(folder: string): Promise<PackageFile> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageFile;
}

async function textsBelow(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const texts = files.filter((file) => /\.(?:html|js|mjs|css|json)$/.test(file));
  return Promise.all(texts.map((file) => readFile(join(folder, file), 'utf8')));
}
