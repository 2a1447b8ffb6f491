import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import { expect, test } from 'vitest';
import { serve } from './support/serve.ts';
import { viteProject, viteVersions } from './support/vite-project.ts';

const manifest = (alt: string) => `images: { bridge: { prompt: A bridge, alt: ${alt} } }`;

const files = {
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `import bridge from 'virtual:tintype/bridge'; console.log(bridge);`,
};

const versions = viteVersions.filter(([name]) => name !== '8.0');

test.each(versions)(
  'Vite %s: a plugin’s own hook gets the modules that an edited manifest has changed',
  async (_, load) => {
    await using project = await viteProject({ ...files, 'site.images.yaml': manifest('before') });
    const seen: (boolean | undefined)[] = [];
    const looking: Plugin = {
      name: 'looking',
      hotUpdate() {
        const { name, moduleGraph } = this.environment;
        const node = moduleGraph.getModuleById('\0virtual:tintype/bridge');
        if (name === 'client') seen.push(node?.transformResult === null);
      },
    };
    await using served = await serve(project, { plugins: [looking] }, {}, await load());
    await served.fetch('/main.js');
    await served.fetch('/@id/__x00__virtual:tintype/bridge');
    await project.write('site.images.yaml', manifest('after'));
    await expect.poll(() => seen).toContain(true);
  },
);

test.each(versions)(
  'Vite %s: an open page reloads if only the server uses the picture',
  async (_, load) => {
    await using project = await viteProject({ ...files, 'site.images.yaml': manifest('before') });
    await using served = await serve(project, {}, {}, await load());
    expect(await served.load('virtual:tintype/bridge')).toMatchObject({ alt: 'before' });
    const socket = new WebSocket(
      `${served.origin.replace('http', 'ws')}/?token=${served.server.config.webSocketToken}`,
      'vite-hmr',
    );
    const updates: string[] = [];
    socket.addEventListener('message', ({ data }) => updates.push(String(data)));
    await expect.poll(() => updates.join('')).toContain('connected');
    await project.write('site.images.yaml', manifest('after'));
    await expect.poll(() => updates.join('')).toContain('full-reload');
    expect(await served.load('virtual:tintype/bridge')).toMatchObject({ alt: 'after' });
    socket.close();
  },
);

test.each(versions)(
  'Vite %s: a second server that watches nothing, as Nuxt has, shows an edit of the manifest',
  async (_, load) => {
    await using project = await viteProject({ ...files, 'site.images.yaml': manifest('before') });
    const vite = await load();
    const config = project.config();
    await using client = disposable(await vite.createServer(config));
    await using pages = disposable(
      await vite.createServer({
        ...config,
        server: { ws: false, watch: null, hmr: false },
      }),
    );
    const shown = async () => (await pages.server.ssrLoadModule('virtual:tintype/bridge'))['alt'];
    expect(await shown()).toBe('before');
    await client.server.environments.client.transformRequest('/main.js');
    await project.write('site.images.yaml', manifest('after'));
    await expect.poll(shown).toBe('after');
  },
);

test.each(versions)(
  'Vite %s: two servers of a process follow a manifest outside their root that an editor replaces, each time',
  async (_, load) => {
    await using project = await viteProject({
      'site.images.yaml': manifest('before'),
      'app/index.html': '',
    });
    const vite = await load();
    const config = { ...project.config(), root: join(project.root, 'app') };
    const one = () => vite.createServer({ ...config, server: { ...config.server, ws: false } });
    await using first = disposable(await one());
    await using second = disposable(await one());
    const shown = ({ server }: { readonly server: ViteDevServer }) =>
      server.ssrLoadModule('virtual:tintype/bridge').then(({ alt }) => alt as unknown);
    for (const served of [first, second]) expect(await shown(served)).toBe('before');
    for (const alt of ['first', 'second', 'third']) {
      await project.write('editor.tmp', manifest(alt));
      await rename(join(project.root, 'editor.tmp'), join(project.root, 'site.images.yaml'));
      await expect.poll(() => shown(first)).toBe(alt);
      await expect.poll(() => shown(second)).toBe(alt);
    }
  },
);

function disposable(server: ViteDevServer) {
  return { server, [Symbol.asyncDispose]: () => server.close() };
}
