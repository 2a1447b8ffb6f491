import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { viteProject } from './support/vite-project.ts';

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: A pier
    alt: A pier
    provider: offline
    aspect_ratio: '3:2'
    widths: [320]
    formats: [webp, jpeg]
    placeholder: color
    sources: [{ media: '(max-width: 600px)', crop: '3:4', widths: [96] }]
  logo: { prompt: A logo, decorative: true, provider: offline, formats: [webp], placeholder: color }
`,
  'astro.config.mjs': `
    import tintype from 'vite-plugin-tintype';
    export default {
      vite: { plugins: [tintype()], ssr: { resolve: { conditions: ['tintype-source', 'module', 'node'] } } },
    };
  `,
  'src/pages/index.astro': `---
import hero from 'virtual:tintype/hero';
import logo from 'virtual:tintype/logo';
import { Picture } from 'vite-plugin-tintype/astro';
---
<html><head><title>Pier</title></head><body>
<Picture of={hero} class="wide" width={300} priority />
<Picture of={logo} style={{ border: 0 }} placeholder="none" />
</body></html>
`,
};

test('the component of Astro writes the picture into a page', async () => {
  await using project = await viteProject(files);
  const ours = fileURLToPath(new URL('..', import.meta.url));
  await mkdir(join(project.root, 'node_modules'));
  for (const [name, path] of [
    ['vite-plugin-tintype', ours],
    ['astro', join(ours, 'node_modules/astro')],
  ] as const) {
    await symlink(path, join(project.root, 'node_modules', name));
  }
  const astro = join(ours, 'node_modules/astro/bin/astro.mjs');
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['-C', 'tintype-source', astro, 'build'],
    { cwd: project.root, env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' } },
  );
  expect(stderr).toMatch(/hero is a stand-in|^$/);
  const html = (await project.read('dist/index.html')).replaceAll(
    /\.[\w-]{8}\.(?=webp|jpeg)/g,
    '.',
  );
  const [, hero, logo] = html.split('<picture>').map((text) => text.split('</picture>')[0]!);
  expect(hero).toContain(
    '<source media="(max-width: 600px)" type="image/webp" srcset="/_astro/hero-3x4-96w.webp 96w, /_astro/hero-3x4.webp 768w" width="300" height="400">',
  );
  expect(hero).toMatch(
    /<img fetchpriority="high" class="wide" width="300" srcset="[^"]* 1536w" height="200" alt="A pier" loading="eager" decoding="async" src="\/_astro\/hero\.jpeg">/,
  );
  expect(logo).toMatch(/<img [^>]*alt[^>]* style="border:\s*0" src="\/_astro\/logo\.webp"/);
  expect(html).not.toContain('tintype:');
});
