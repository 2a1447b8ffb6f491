import type { AddressInfo } from 'node:net';
import {
  emptyFolder,
  explain,
  markupProblem,
  moduleForm,
  type OpenProject,
  parseModuleId,
  pointAtWritten,
  queryProblem,
  renderIndex,
  renderMarkup,
  renderPicture,
  sourcesIn,
  unknownImage,
} from '@tintype/core/modules';
import type { Plugin, ResolvedConfig, ViteDevServer } from 'vite';
import { devMiddleware } from './dev-server.ts';
import { devMarkup } from './dev-files.ts';
import { type DevSite, serveModule } from './dev-site.ts';
import { followFiles } from './follow-files.ts';
import { storeMiddleware } from './hide-store.ts';
import type { PluginRequest } from './plugin-options.ts';
import { warnOfUnreachedTypes, writeTypes } from './write-types.ts';

/** The modules of pictures, and everything else that the server needs. `open` is called first, with Vite's config. */
export function modulesPlugin(
  site: () => DevSite,
  { types, importers }: PluginRequest,
  open: (config: ResolvedConfig) => void,
): Plugin {
  return {
    name: 'tintype:dev',
    apply: 'serve',
    enforce: 'pre',

    configResolved: open,

    configurePreviewServer({ middlewares }) {
      const { config, project } = site();
      middlewares.use(storeMiddleware(config.root, project.current));
    },

    async configureServer(server) {
      const { config, project } = site();
      addMiddlewares(server, site());
      try {
        const open = await project.current();
        followFiles(server.watcher, open.watched);
        await writeTypes(open, config, types);
        warnOfUnreachedTypes(config, types);
      } catch (error) {
        // The server still starts. A page that needs an image shows the mistake, and the server notices when it is fixed.
        const { message } = await explain(error, config.root, []);
        config.logger.error(`[tintype] ${message}`);
      }
    },

    load: {
      filter: { id: moduleForm },
      async handler(id) {
        if (!moduleForm.test(id)) return null;
        const importer = importers.get(id)?.split('?')[0];
        const again = (project: OpenProject) => moduleText(site(), project, id, importer);
        try {
          const code = await serveModule(site(), this.environment, id, again);
          return { code, moduleSideEffects: false, map: { mappings: '' } };
        } catch (error) {
          this.error(await site().explain(error));
        }
      },
    },
  };
}

function addMiddlewares({ middlewares, httpServer }: ViteDevServer, site: DevSite): void {
  const { config, project, sheet } = site;
  const { logger, base } = config;
  middlewares.use(storeMiddleware(config.root, project.current));
  middlewares.use(devMiddleware({ base, logger, project: project.current }));
  middlewares.use(sheet.middleware);
  httpServer?.once('listening', () => {
    const address = httpServer.address();
    logger.info(`  [tintype] contact sheet: ${originOf(address, config)}${sheet.path}`);
  });
  // Vite before 8.3 has no other hook for this. Paid pictures are stored before the process may end.
  httpServer?.once('close', () => void site.close());
}

/** The server's URL on this machine. Vite knows its own URLs only after all listeners have run. */
function originOf(address: AddressInfo | string | null, { server }: ResolvedConfig): string {
  if (address === null || typeof address === 'string') return '';
  const host =
    address.family === 'IPv4' && address.address !== '0.0.0.0' ? address.address : 'localhost';
  return `${server.https ? 'https' : 'http'}://${host}:${address.port}`;
}

/** `importer`: the first file that imports the module, for errors to point at. */
async function moduleText(
  site: DevSite,
  project: OpenProject,
  id: string,
  importer: string | undefined,
): Promise<string> {
  const request = parseModuleId(id);
  const problem = queryProblem(id);
  if (problem !== null) {
    throw await pointAtWritten(project.config.root, problem, importer, id.slice(1));
  }
  if (request?.kind === 'index') {
    const empty = emptyFolder(request.folder, project.listed);
    if (empty !== null) site.config.logger.warnOnce(`[tintype] ${empty}`);
    return renderIndex(request, project.listed);
  }
  const name = request?.name ?? id;
  const image = project.find(name);
  if (image === null) throw await unknownImage(project, name, importer, name);
  if (request?.kind === 'markup') {
    const problem = markupProblem(image.job);
    if (problem !== null) throw new Error(problem);
    return renderMarkup(await devMarkup(project, image));
  }
  const picture = await site.pictureOf(project, image);
  return renderPicture(picture, sourcesIn(image, request?.inlining ?? 'auto'));
}
