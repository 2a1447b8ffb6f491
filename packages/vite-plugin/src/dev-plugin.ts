import { extname, sep } from 'node:path';
import type { DevEnvironment, Environment, Plugin, ResolvedConfig } from 'vite';
import { devPicture } from './dev-files.ts';
import { type DevProject, devProject } from './dev-project.ts';
import { devMiddleware } from './dev-server.ts';
import { explain } from './explain.ts';
import { logReporter } from './log-reporter.ts';
import type { OpenProject } from './open-project.ts';
import type { PluginRequest } from './plugin-options.ts';
import { unknownImage } from './unknown-image.ts';
import {
  moduleForm,
  namesIn,
  parseModuleId,
  renderIndex,
  renderPicture,
} from './virtual-modules.ts';
import { writeTypes } from './write-types.ts';

export function devPlugin({ options, types, importers }: PluginRequest): Plugin {
  let config: ResolvedConfig;
  let project: DevProject;
  /** What was handed out, so that only what changes is updated. */
  const rendered = new Map<Environment, Map<string, string>>();

  const render = async (open: OpenProject, id: string): Promise<string> => {
    const wanted = parseModuleId(id);
    if (wanted?.kind === 'index') return renderIndex(namesIn(wanted.folder, open.images.keys()));
    const name = wanted?.name ?? id;
    const image = open.find(name);
    if (image === null) {
      throw await unknownImage(open, name, importers.get(id)?.split('?')[0], name);
    }
    const prefix = (config.server.origin ?? '') + config.base;
    return renderPicture(await devPicture(open, image, prefix));
  };

  return {
    name: 'tintype:dev',
    apply: 'serve',
    enforce: 'pre',

    configResolved(resolved) {
      config = resolved;
      const report = logReporter(config.logger);
      project = devProject({ cwd: config.root, options, report });
    },

    async configureServer(server) {
      const { logger, base } = config;
      server.middlewares.use(devMiddleware({ base, logger, project: project.current }));
      try {
        const open = await project.current();
        server.watcher.add(open.watched);
        await writeTypes(open, config, types);
      } catch (error) {
        // The server starts all the same: the page that needs an image says it, and mending it is noticed.
        const { message } = await explain(error, config.root, []);
        logger.error(`[tintype] ${message}`);
      }
    },

    load: {
      filter: { id: moduleForm },
      async handler(id) {
        if (!moduleForm.test(id)) return null;
        const { environment } = this;
        let open: OpenProject | null = null;
        try {
          open = await project.current();
          const code = await render(open, id);
          const known = rendered.get(environment) ?? new Map<string, string>();
          rendered.set(environment, known.set(id, code));
          return { code, moduleSideEffects: false, map: { mappings: '' } };
        } catch (error) {
          const root = open?.config.root ?? config.root;
          this.error(await explain(error, root, open?.jobs ?? []));
        }
      },
    },

    async hotUpdate({ file, modules }) {
      if (!(await concerns(file))) return;
      const wasBroken = await isBroken();
      await project.refresh();
      const { environment } = this;
      const open = await project.current().catch(async (error: unknown) => {
        // A page that stands keeps its state: to the client, an error before any update is one of the page's loading.
        if (!wasBroken) environment.hot.send({ type: 'update', updates: [] });
        throw await explain(error, config.root, []);
      });
      if (environment.name === 'client') await writeTypes(open, config, types);
      const changed = await changedModules(environment, open);
      if (wasBroken && changed.length === 0) environment.hot.send({ type: 'update', updates: [] });
      return [...modules, ...changed];
    },
  };

  async function isBroken(): Promise<boolean> {
    return project.current().then(
      () => false,
      () => true,
    );
  }

  /** Manifests and their data files, input images, the store's records and the config. */
  async function concerns(file: string): Promise<boolean> {
    if (dataFiles.has(extname(file))) return true;
    const open = await project.current().catch(() => null);
    if (open === null) return false;
    return open.watched.includes(file.split('/').join(sep));
  }

  async function changedModules(environment: DevEnvironment, open: OpenProject) {
    const changed = [];
    for (const [id, before] of rendered.get(environment) ?? []) {
      const now = await render(open, id).catch(() => null);
      const node = environment.moduleGraph.getModuleById(id);
      if (now !== before && node !== undefined) changed.push(node);
    }
    return changed;
  }
}

const dataFiles = new Set(['.yaml', '.yml', '.csv', '.json', '.jsonl']);
