import { request } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { serve } from './support/serve.ts';
import { type Vite, viteProject, viteVersions } from './support/vite-project.ts';

const files = {
  'site.images.yaml': `
images:
  lock:
    prompt: SECRET-PROMPT of a lock
    alt: A lock
    formats: [webp, jpeg]
`,
  'index.html':
    '<img src="tintype:lock"><p style="color: red"></p><script type="module" src="/main.js"></script>',
  'main.js': `
    import lock from 'virtual:tintype/lock';
    document.title = JSON.stringify(lock);
  `,
};

describe.each(viteVersions)('Vite %s', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test.each(['.tintype', 'art/Store'])('no server serves what is in %s', async (dir) => {
    await using project = await viteProject({
      ...files,
      'tintype.config.js': `export default { store: { dir: '${dir}' } };`,
    });
    await project.stock();
    const records = join(project.root, dir, 'records');
    const names = await readdir(records, { recursive: true });
    const record = names.find((name) => name.endsWith('.json'))!;
    await using served = await serve(project, { server: { fs: { strict: false } } }, {}, vite);
    const path = `/${dir}/records/${record}`;
    const absolute = `/@fs${project.root}${path}`;
    for (const url of [
      path,
      `${path}?raw`,
      `${path}?import&url`,
      path.replace('/records', '/%72ecords').replace('t', '%74'),
      path.toUpperCase().replace('RECORDS', 'records'),
      `/x/..${path}`,
      absolute,
      `${absolute}?import&raw`,
      `/@id/${project.root}${path}`,
    ]) {
      const answer = await served.fetch(url);
      expect(await answer.text()).not.toContain('SECRET-PROMPT');
    }
    // `fetch` would resolve the dots itself.
    for (const dots of ['/.', '/%2e', '/x/..', '/x/%2e%2e']) {
      const target = `/${dir.replace('/', `${dots}/`)}${dots}/records/${record}`;
      expect(await rawAnswer(served.origin, target), target).not.toContain('SECRET-PROMPT');
    }
    expect((await served.fetch(absolute)).status).toBe(403);
    const preview = await vite.preview({
      ...project.config({ build: { outDir: '.' } }),
      preview: { host: '127.0.0.1', port: 0 },
    });
    const address = preview.httpServer.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(403);
    await preview.close();
    expect((await served.fetch('/main.js')).status).toBe(200);
    expect((await served.fetch('/@tintype/lock.webp')).headers.get('content-type')).toBe(
      'image/webp',
    );
  });

  test('without inline styles no picture has any, in a build and in dev', async () => {
    await using project = await viteProject(files);
    await project.stock();
    await project.build({}, { inlineStyles: false }, vite);
    const html = await project.read('dist/index.html');
    expect(html.match(/style="[^"]*"/g)).toEqual(['style="color: red"']);
    expect(html).toContain('<picture>');
    const { code } = await project.build({}, { inlineStyles: false }, vite);
    expect(code).toMatch(/placeholder: null|placeholder = null/);
    expect(code).not.toContain('data:image');
    await using served = await serve(project, {}, { inlineStyles: false }, vite);
    const dev = await (await served.fetch('/')).text();
    expect(dev.match(/style="[^"]*"/g)).toEqual(['style="color: red"']);
    expect(await served.load('virtual:tintype/lock')).toMatchObject({
      placeholder: null,
      color: null,
    });
  });
});

/** The answer to a request for exactly this target. */
function rawAnswer(url: string, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path: target }, (answer) => {
      void text(answer).then(resolve, reject);
    })
      .on('error', reject)
      .end();
  });
}
