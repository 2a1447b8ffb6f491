import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { describePicture } from '../../core/test/support/pictures.ts';
import type { Picture } from '../src/index.ts';
import { serve, type Served } from './support/serve.ts';
import { type Vite, viteProject, viteVersions } from './support/vite-project.ts';
import { join } from 'node:path';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: A lighthouse keeper reading at dawn
    alt: A lighthouse keeper
    widths: [32]
    formats: [webp, jpeg]
  team/ada:
    prompt: A portrait
    alt: Ada
  drafts:
    prompt: Several of them
    alt: A draft
    number_of_images: 2
`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `import hero from 'virtual:tintype/hero'; globalThis.shown = hero;`,
};

async function pictureOf(served: Served, name: string): Promise<Picture> {
  return (await served.load(`virtual:tintype/${name}`))['default'] as Picture;
}

describe.each(viteVersions)('Vite %s', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test('a module loads before anything is encoded, and has the same files as the build', async () => {
    await using project = await viteProject(files);
    await project.stock();
    await using served = await serve(project, {}, {}, vite);
    const hero = await pictureOf(served, 'hero');
    expect(hero).toMatchObject({
      img: { src: expect.stringMatching(/^\/@tintype\/hero\.jpeg\?v=/), w: 64, h: 48 },
      alt: 'A lighthouse keeper',
    });
    const cached = [...(await filesBelow(join(project.root, '.cache'))).keys()];
    // A slow machine already remembers the plan, because the manifest is older than two seconds.
    expect(cached.filter((file) => !file.startsWith('v2/plans/'))).toEqual([]);

    const [small] = hero.sources.webp!.split(' ');
    const response = await served.fetch(small!);
    expect(response.headers.get('content-type')).toBe('image/webp');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(await describePicture(bytes)).toBe('webp 32x24');

    await project.build({}, {}, vite);
    const built = [...(await filesBelow(join(project.root, 'dist'))).keys()];
    const file = built.find((name) => /hero-32w-.*webp/.test(name))!;
    expect(Buffer.from(await project.read(`dist/${file}`)).length).toBeGreaterThan(0);
    const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 8);
    expect(file).toContain(digest);
  });
});

test('a missing picture is a stand-in, and nothing is requested', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await using served = await serve(project, {}, { missing: 'buy' });
  const hero = await pictureOf(served, 'hero');
  expect(hero.ai).toMatchObject({ generated: false, provider: 'offline' });
  const response = await served.fetch(hero.img.src);
  expect(await describePicture(Buffer.from(await response.arrayBuffer()))).toBe('jpeg 1024x1024');
  expect(api().requests).toEqual([]);
});

test('a URL is valid after a restart, has an ETag, and answers HEAD', async () => {
  await using project = await viteProject(files);
  await project.stock();
  let url: string;
  {
    await using first = await serve(project);
    url = (await pictureOf(first, 'hero')).img.src;
  }
  await using second = await serve(project);
  const response = await second.fetch(url);
  const bytes = await response.arrayBuffer();
  const etag = response.headers.get('etag')!;
  expect(response.headers.get('cache-control')).toBe('no-cache');

  const again = await second.fetch(url, { headers: { 'if-none-match': etag } });
  expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);

  const head = await second.fetch(url, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(bytes.byteLength));
  expect((await head.arrayBuffer()).byteLength).toBe(0);
});

test('base and server.origin come before every URL', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await using served = await serve(project, {
    base: '/shop/',
    server: { origin: 'http://127.0.0.1:9' },
  });
  const { src } = (await pictureOf(served, 'hero')).img;
  expect(src).toMatch(/^http:\/\/127\.0\.0\.1:9\/shop\/@tintype\/hero\.jpeg/);
  const response = await served.fetch(new URL(src).pathname);
  expect(response.headers.get('content-type')).toBe('image/jpeg');
});

test('folders, candidates and the index', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await using served = await serve(project);
  expect((await pictureOf(served, 'drafts@2')).img.src).toContain('/drafts@2.webp');
  expect((await served.fetch((await pictureOf(served, 'drafts@2')).img.src)).status).toBe(200);
  expect((await pictureOf(served, 'drafts')).img.src).toContain('/drafts-1.webp');

  const team = (await served.load('virtual:tintype/team/*'))['default'] as Record<
    string,
    () => Promise<{ alt: string }>
  >;
  expect(Object.keys(team)).toEqual(['team/ada']);
  expect((await team['team/ada']!()).alt).toBe('Ada');
  const index = (await served.load('virtual:tintype'))['default'] as object;
  expect(Object.keys(index)).toEqual(['hero', 'team/ada', 'drafts-1', 'drafts-2']);
});

test('a folder at once: its pictures, those of an edited manifest too, and a warning if it has none', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await using served = await serve(project);
  const team = async () => (await served.load('virtual:tintype/team/*?eager'))['default'];
  const { default: ada } = await served.load('virtual:tintype/team/ada');
  expect(await team()).toEqual({ 'team/ada': ada });
  const all = (await served.load('virtual:tintype?eager'))['default'] as object;
  expect(Object.keys(all)).toEqual(['hero', 'team/ada', 'drafts-1', 'drafts-2']);

  await project.write(
    'more.images.yaml',
    'images: { team/bob: { prompt: A portrait of Bob, alt: Bob } }',
  );
  await expect.poll(team).toMatchObject({ 'team/ada': ada, 'team/bob': { alt: 'Bob' } });

  expect((await served.load('virtual:tintype/teem/*?eager'))['default']).toEqual({});
  expect(project.log.join('\n')).toContain(
    'no image is directly in the folder "teem"; did you mean "team"?',
  );
});

test('a failure is a picture that says what failed', async () => {
  await using project = await viteProject(files);
  await using served = await serve(project);
  const response = await served.fetch('/@tintype/nobody%3Cscript%3E.webp');
  expect(response.headers.get('content-type')).toBe('image/svg+xml');
  const text = await response.text();
  expect(text).toContain('no image of the manifests has this file');
  expect(text).not.toContain('<script>');
});

test('a wrong id is an error at the line that imports it, with a suggestion', async () => {
  await using project = await viteProject({
    ...files,
    'main.js': `// first\nimport hero from 'virtual:tintype/herro';\n`,
  });
  await using served = await serve(project);
  await served.fetch('/main.js');
  const response = await served.fetch('/@id/__x00__virtual:tintype/herro');
  expect(response.status).toBe(500);
  expect(project.log.join('\n')).toContain('there is no image "herro"; did you mean "hero"?');
  expect(project.log.join('\n')).toContain('main.js:2');
});

test('a request with a foreign host is refused before any picture is read', async () => {
  await using project = await viteProject(files);
  await using served = await serve(project);
  const url = new URL('/@tintype/hero.webp', served.origin);
  const status = await new Promise((resolve, reject) => {
    request(url, { headers: { host: 'attacker.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('the contact sheet is only at the address that the server prints', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.stock();
  await using served = await serve(project);
  await expect.poll(() => project.log.join('\n')).toContain(`contact sheet: ${served.origin}/`);
  const path = /(\/__tintype\/[\w-]{43}\/)/.exec(project.log.join('\n'))?.[1];
  const page = await served.fetch(path!);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<title>Contact sheet</title>');
  const elsewhere = await served.fetch('/__tintype/' + 'x'.repeat(43) + '/');
  expect(elsewhere.status).toBeGreaterThanOrEqual(400);
  expect(api().requests).toEqual([]);
});
