import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Finished, runBin } from './support/run-bin.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'a.images.yaml'),
    `defaults: { provider: offline, placeholder: none, formats: [webp, jpeg] }
images:
  hero: { prompt: A pier, alt: 'A "pier"', sources: [{ media: '(max-width: 600px)', crop: '3:4' }], widths: [64] }
  logo: { prompt: A logo, alt: A logo, formats: [png], background: transparent, placeholder: color }
`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

function html(...args: string[]): Promise<Finished> {
  return runBin(folder, ['html', ...args]);
}

test('prints the <picture> of a delivered image, with attributes by flags', async () => {
  expect((await runBin(folder, ['--quiet', '--provider', 'offline'])).code).toBe(0);
  const given = ['--class', 'wide', '--sizes', '50vw', '--priority', '--attribute', 'data-id=1'];
  const hero = await html('hero', ...given);
  expect(hero).toMatchObject({ code: 0, stderr: '' });
  expect(hero.stdout).toMatch(
    /^<picture><source media="\(max-width: 600px\)" [^\n]*<\/picture>\n$/,
  );
  expect(hero.stdout).toContain('srcset="/images/hero-64w.webp 64w, /images/hero.webp 1024w"');
  expect(hero.stdout).toMatch(
    /<img src="\/images\/hero\.jpeg" fetchpriority="high" class="wide" sizes="50vw" data-id="1" srcset="[^"]+" width="1024" height="1024" alt="A &quot;pier&quot;" loading="eager" decoding="async">/,
  );

  const logo = await html('logo', '--base', 'https://cdn.example/i', '--width', '96');
  expect(logo.stdout).toBe(
    '<img src="https://cdn.example/i/logo.png" width="96" height="96" alt="A logo" loading="lazy" decoding="async">\n',
  );
});

test('says what to do where the image is not delivered, does not exist, or has no files', async () => {
  expect(await html('hero')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('there is no tintype.assets.json in public/images') as string,
  });
  await runBin(folder, ['--quiet', '--provider', 'offline', 'logo']);
  expect((await html('hero')).stderr).toContain('Run npx tintype hero');
  expect((await html('herro')).stderr).toContain('there is no image "herro"; did you mean "hero"?');
  expect((await html('logo', '--attribute', '=x')).stderr).toContain('data-id=hero');

  writeFileSync(join(folder, 'package.json'), '{"devDependencies":{"vite-plugin-tintype":"*"}}');
  expect(await html('hero')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('virtual:tintype/<id>') as string,
  });
});

test('a template of Node imports tintype/picture, without Vite and without sharp', async () => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(import.meta.dirname, '..'), join(folder, 'node_modules/tintype'), 'junction');
  await runBin(folder, ['--quiet', '--provider', 'offline', 'logo']);
  writeFileSync(
    join(folder, 'page.mjs'),
    `import { readFileSync } from 'node:fs';
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { pictureHtml, toPicture } = await import('tintype/picture');
    const { images } = JSON.parse(readFileSync('public/images/tintype.assets.json', 'utf8'));
    console.log(pictureHtml(toPicture(images.logo, '/images/')));
    console.log(loaded.filter((url) => /sharp|vite|valibot/.test(url.replace(/.*node_modules/, ''))));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['page.mjs'], { cwd: folder });
  expect(stdout).toBe(`${(await html('logo')).stdout}[]\n`);
});
