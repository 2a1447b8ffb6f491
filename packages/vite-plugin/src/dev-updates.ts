import { extname, normalize } from 'node:path';
import { explain, type OpenProject } from '@tintype/core/modules';
import type {
  DevEnvironment,
  EnvironmentModuleNode,
  HotPayload,
  Plugin,
  ViteDevServer,
} from 'vite';
import type { DevProject } from './dev-project.ts';
import { type DevSite, isOutdated } from './dev-site.ts';
import { followAgain, followFiles } from './follow-files.ts';
import type { PluginRequest } from './plugin-options.ts';
import { writeTypes } from './write-types.ts';

/** Reads the project again when one of its files changes, and updates the modules and pages that show another picture now. */
export function updatesPlugin(site: () => DevSite, { types }: PluginRequest): Plugin {
  /** The time of the last change that was sent to the client's pages; `null`: none was sent. */
  let toldAt: number | null = null;
  return {
    name: 'tintype:dev-updates',
    apply: 'serve',
    enforce: 'pre',

    async hotUpdate({ file, modules, server, timestamp }) {
      const { project, config, sheet } = site();
      if (!(await concerns(project, file))) return;
      const { environment } = this;
      if (environment.name === 'client') followAgain(normalize(file));
      const wasBroken = await isBroken(project);
      await project.refresh(timestamp);
      sheet.changed();
      const open = await project.current().catch(async (error: unknown) => {
        // An open page keeps its state. The client treats an error before any update as an error of loading the page.
        if (!wasBroken) environment.hot.send(noUpdate);
        throw await explain(error, config.root, []);
      });
      const isClient = environment.name === 'client';
      if (isClient) {
        followFiles(server.watcher, open.watched);
        await writeTypes(open, config, types);
        await invalidateOtherServers(site(), server, open, timestamp);
      }
      const outdated = await outdatedModules(site(), environment, open);
      // Another plugin may check for outdated modules in its own hook, as Nuxt's does.
      const seen = new Set<EnvironmentModuleNode>();
      for (const node of outdated) {
        environment.moduleGraph.invalidateModule(node, seen, timestamp, true);
      }
      const isPage = isClient && (await isAnyPageOutdated(site(), open));
      if (isClient) toldAt = isPage || outdated.length > 0 ? timestamp : null;
      if (isPage) {
        environment.hot.send(reload);
      } else if (outdated.length === 0) {
        // This removes an error overlay.
        environment.hot.send(noUpdate);
      } else if (!isClient && toldAt !== timestamp) {
        // Only the server has the picture, so no module update reaches an open page.
        server.environments.client.hot.send(reload);
      }
      return [...modules, ...outdated];
    },
  };
}

const noUpdate: HotPayload = { type: 'update', updates: [] };
const reload: HotPayload = { type: 'full-reload', path: '*' };

/** Manifests and their data files, input images, the store's records and the config. */
async function concerns(project: DevProject, file: string): Promise<boolean> {
  if (dataFiles.has(extname(file))) return true;
  const open = await project.current().catch(() => null);
  return open !== null && open.watched.includes(normalize(file));
}

const dataFiles = new Set(['.yaml', '.yml', '.csv', '.json', '.jsonl']);

function isBroken(project: DevProject): Promise<boolean> {
  return project.current().then(
    () => false,
    () => true,
  );
}

/** Nuxt renders its pages on a second server, which watches no files. */
async function invalidateOtherServers(
  site: DevSite,
  server: ViteDevServer,
  open: OpenProject,
  timestamp: number,
): Promise<void> {
  const own = new Set<unknown>(Object.values(server.environments));
  const others = [...site.modules.keys()].filter((one) => !own.has(one)) as DevEnvironment[];
  for (const environment of others) {
    const { moduleGraph } = environment;
    for (const node of await outdatedModules(site, environment, open)) {
      moduleGraph.invalidateModule(node, new Set(), timestamp, true);
    }
  }
}

async function outdatedModules(site: DevSite, environment: DevEnvironment, open: OpenProject) {
  const outdated: EnvironmentModuleNode[] = [];
  for (const [id, served] of site.modules.get(environment) ?? []) {
    const node = environment.moduleGraph.getModuleById(id);
    if (node !== undefined && (await isOutdated(served, open))) outdated.push(node);
  }
  return outdated;
}

async function isAnyPageOutdated({ pages }: DevSite, open: OpenProject): Promise<boolean> {
  for (const page of pages.values()) if (await isOutdated(page, open)) return true;
  return false;
}
