import type { AddressInfo } from 'node:net';
import type { PlannedImage } from '@tintype/core';
import { extname, sep } from 'node:path';
import type {
  DevEnvironment,
  Environment,
  EnvironmentModuleNode,
  Plugin,
  ResolvedConfig,
} from 'vite';
import type { CssFile } from './css.ts';
import { devCssFiles, devPicture } from './dev-files.ts';
import { type DevProject, devProject } from './dev-project.ts';
import { type DevSheet, devSheet } from './dev-sheet.ts';
import { devMiddleware } from './dev-server.ts';
import { storeMiddleware } from './hide-store.ts';
import { explain } from './explain.ts';
import { logReporter } from './log-reporter.ts';
import { openContext, type OpenProject } from './open-project.ts';
import type { Picture } from './picture.ts';
import { namesInPage, reference, styleModule } from './references.ts';
import type { PluginRequest } from './plugin-options.ts';
import { withoutStyles } from './to-picture.ts';
import { pointAtWritten, unknownImage, unknownInStyles } from './unknown-image.ts';
import {
  moduleForm,
  namesIn,
  parseModuleId,
  queryProblem,
  renderIndex,
  renderPicture,
} from './virtual-modules.ts';
import { warnOfUnreachedTypes, writeTypes } from './write-types.ts';

/** What the dev server's plugins share. */
interface DevSite {
  /** Set once Vite's config is known. */
  config: ResolvedConfig;
  project: DevProject;
  sheet: DevSheet;
  readonly inlineStyles: boolean;
  /** The time of the last change that was sent to the client's pages; `null`: none was sent. */
  toldAt: number | null;
  /** Stops the work for the contact sheet. */
  close: () => Promise<void>;
  /** The modules that were served, by environment and module id, with a function that makes each again. */
  readonly shown: Map<Environment, Map<string, Shown>>;
  /** The pages that name pictures, with a function that makes their pictures again. */
  readonly pages: Map<string, Shown>;
}

interface Shown {
  readonly text: string;
  readonly again: (project: OpenProject) => Promise<string>;
}

/** Pictures in dev: known without an encode, encoded when they are asked for, updated when their manifests are. */
export function devPlugins(request: PluginRequest): Plugin[] {
  const { inlineStyles } = request;
  const site = { shown: new Map(), pages: new Map(), inlineStyles } as unknown as DevSite;
  return [
    modulesPlugin(site, request),
    afterViteCss(stylesPlugin(site, 'tintype:dev-styles')),
    stylesPlugin(site, 'tintype:dev-late-styles'),
    pagesPlugin(site),
    updatesPlugin(site, request),
  ];
}

function modulesPlugin(site: DevSite, { options, types, root, importers }: PluginRequest): Plugin {
  const render = async (open: OpenProject, id: string): Promise<string> => {
    const wanted = parseModuleId(id);
    const importer = importers.get(id)?.split('?')[0];
    const problem = queryProblem(id);
    if (problem !== null) {
      throw await pointAtWritten(open.config.root, problem, importer, id.slice(1));
    }
    if (wanted?.kind === 'index') return renderIndex(namesIn(wanted.folder, open.images.keys()));
    const name = wanted?.name ?? id;
    const image = open.find(name);
    if (image === null) {
      throw await unknownImage(open, name, importer, name);
    }
    return renderPicture(await pictureIn(site, open, image));
  };

  return {
    name: 'tintype:dev',
    apply: 'serve',
    enforce: 'pre',

    configResolved(config) {
      site.config = config;
      const request = { cwd: config.root, root, options, report: logReporter(config.logger) };
      site.project = devProject(request);
      const closing = new AbortController();
      const context = () => openContext(request, closing.signal);
      site.sheet = devSheet(config.root, config.base, context);
      site.close = async () => {
        closing.abort();
        await site.sheet.close();
        const open = await site.project.current().catch(() => null);
        await open?.close();
      };
    },

    configurePreviewServer({ middlewares }) {
      middlewares.use(storeMiddleware(site.config.root, site.project.current));
    },

    async configureServer(server) {
      const { config, project } = site;
      const { logger, base } = config;
      server.middlewares.use(storeMiddleware(config.root, project.current));
      server.middlewares.use(devMiddleware({ base, logger, project: project.current }));
      server.middlewares.use(site.sheet.middleware);
      server.httpServer?.once('listening', () => {
        const address = server.httpServer?.address() ?? null;
        logger.info(`  [tintype] contact sheet: ${originOf(address, config)}${site.sheet.path}`);
      });
      // Vite before 8.3 has no other hook for this. Paid pictures are stored before the process may end.
      server.httpServer?.once('close', () => void site.close());
      try {
        const open = await project.current();
        server.watcher.add(open.watched);
        await writeTypes(open, config, types);
        warnOfUnreachedTypes(config, types);
      } catch (error) {
        // The server still starts. A page that needs an image shows the mistake, and the server notices when it is fixed.
        const { message } = await explain(error, config.root, []);
        logger.error(`[tintype] ${message}`);
      }
    },

    load: {
      filter: { id: moduleForm },
      async handler(id) {
        if (!moduleForm.test(id)) return null;
        try {
          const again = (project: OpenProject) => render(project, id);
          const code = await show(site, this.environment, id, again);
          return { code, moduleSideEffects: false, map: { mappings: '' } };
        } catch (error) {
          this.error(await explainIn(site, error));
        }
      },
    },
  };
}

/** Puts a plugin before all others that see compiled style sheets, because Astro's dev server keeps the compiled text. */
function afterViteCss(plugin: Plugin): Plugin {
  return {
    ...plugin,
    configResolved(config) {
      const plugins = config.plugins as Plugin[];
      const from = plugins.findIndex(({ name }) => name === plugin.name);
      const after = plugins.findIndex(({ name }) => name === 'vite:css');
      if (after === -1 || from <= after) return;
      plugins.splice(after + 1, 0, ...plugins.splice(from, 1));
    },
  };
}

function stylesPlugin(site: DevSite, name: string): Plugin {
  return {
    name,
    apply: 'serve',
    // This runs after Vite has compiled them, so that they contain their imports.
    transform: {
      filter: { id: styleModule, code: reference },
      async handler(css, id) {
        if (!styleModule.test(id) || !reference.test(css)) return null;
        const { expandCss } = await import('./css.ts');
        const again = async (project: OpenProject) => {
          const filesOf = async (name: string): Promise<CssFile[]> => {
            const image = project.find(name);
            if (image === null) throw await unknownInStyles(project, name, id);
            return devCssFiles(project, image, prefixOf(site.config));
          };
          return (await expandCss(css, filesOf))?.toString() ?? css;
        };
        try {
          return { code: await show(site, this.environment, id, again), map: null };
        } catch (error) {
          this.error(await explainIn(site, error));
        }
      },
    },
  };
}

function pagesPlugin(site: DevSite): Plugin {
  return {
    name: 'tintype:dev-html',
    apply: 'serve',
    // This runs after plugins that add to a page.
    enforce: 'post',
    transformIndexHtml: {
      order: 'post',
      async handler(html, { filename }) {
        const names = await namesInPage(html);
        if (names.size === 0) {
          site.pages.delete(filename);
          return;
        }
        const { expandHtml } = await import('./html.ts');
        const again = async (project: OpenProject) => {
          const pictures = new Map<string, Picture>();
          for (const name of names) {
            const image = project.find(name);
            if (image === null) {
              throw await unknownImage(project, name, filename, `tintype:${name}`);
            }
            pictures.set(name, await pictureIn(site, project, image));
          }
          return expandHtml(html, (name) => pictures.get(name)!);
        };
        try {
          const text = await again(await site.project.current());
          site.pages.set(filename, { text, again });
          return text;
        } catch (error) {
          throw await explainIn(site, error);
        }
      },
    },
  };
}

function updatesPlugin(site: DevSite, { types }: PluginRequest): Plugin {
  return {
    name: 'tintype:dev-updates',
    apply: 'serve',
    enforce: 'pre',

    async hotUpdate({ file, modules, server, timestamp }) {
      const { project, config } = site;
      if (!(await concerns(site, file))) return;
      const { environment } = this;
      const wasBroken = await isBroken(project);
      await project.refresh(timestamp);
      site.sheet.changed();
      const open = await project.current().catch(async (error: unknown) => {
        // An open page keeps its state. The client treats an error before any update as an error of loading the page.
        if (!wasBroken) environment.hot.send({ type: 'update', updates: [] });
        throw await explain(error, config.root, []);
      });
      const isClient = environment.name === 'client';
      if (isClient) {
        server.watcher.add(open.watched);
        await writeTypes(open, config, types);
      }
      const changed = await changedModules(site, environment, open);
      // Another plugin may check for outdated modules in its own hook, as Nuxt's does.
      const seen = new Set<EnvironmentModuleNode>();
      for (const node of changed) {
        environment.moduleGraph.invalidateModule(node, seen, timestamp, true);
      }
      const isPage = isClient && (await isAnyChanged(site.pages, open));
      if (isClient) site.toldAt = isPage || changed.length > 0 ? timestamp : null;
      if (isPage) {
        environment.hot.send({ type: 'full-reload', path: '*' });
      } else if (!isClient && changed.length > 0 && site.toldAt !== timestamp) {
        // Only the server has the picture, so no module update reaches an open page.
        server.environments.client.hot.send({ type: 'full-reload', path: '*' });
      } else if (changed.length === 0) {
        // The update that removes an error overlay.
        environment.hot.send({ type: 'update', updates: [] });
      }
      return [...modules, ...changed];
    },
  };
}

/** The server's URL on this machine. Vite knows its own only after all listeners have been told that it listens. */
function originOf(address: AddressInfo | string | null, { server }: ResolvedConfig): string {
  if (address === null || typeof address === 'string') return '';
  const host =
    address.family === 'IPv4' && address.address !== '0.0.0.0' ? address.address : 'localhost';
  return `${server.https ? 'https' : 'http'}://${host}:${address.port}`;
}

/** The text before file names in dev URLs. */
function prefixOf({ base, server }: ResolvedConfig): string {
  return (server.origin ?? '') + base;
}

async function pictureIn(site: DevSite, project: OpenProject, image: PlannedImage) {
  const picture = await devPicture(project, image, prefixOf(site.config));
  return site.inlineStyles ? picture : withoutStyles(picture);
}

async function show(
  { project, shown }: DevSite,
  environment: Environment,
  id: string,
  again: Shown['again'],
): Promise<string> {
  const text = await again(await project.current());
  const known = shown.get(environment) ?? new Map<string, Shown>();
  shown.set(environment, known.set(id, { text, again }));
  return text;
}

async function explainIn({ project, config }: DevSite, error: unknown): Promise<Error> {
  const open = await project.current().catch(() => null);
  return explain(error, open?.config.root ?? config.root, open?.jobs ?? []);
}

function isBroken(project: DevProject): Promise<boolean> {
  return project.current().then(
    () => false,
    () => true,
  );
}

/** Manifests and their data files, input images, the store's records and the config. */
async function concerns({ project }: DevSite, file: string): Promise<boolean> {
  if (dataFiles.has(extname(file))) return true;
  const open = await project.current().catch(() => null);
  return open !== null && open.watched.includes(file.split('/').join(sep));
}

const dataFiles = new Set(['.yaml', '.yml', '.csv', '.json', '.jsonl']);

async function changedModules(site: DevSite, environment: DevEnvironment, open: OpenProject) {
  const changed = [];
  for (const [id, shown] of site.shown.get(environment) ?? []) {
    const node = environment.moduleGraph.getModuleById(id);
    if (node !== undefined && (await isChanged(shown, open))) changed.push(node);
  }
  return changed;
}

async function isAnyChanged(shown: ReadonlyMap<string, Shown>, open: OpenProject) {
  for (const one of shown.values()) if (await isChanged(one, open)) return true;
  return false;
}

/** A picture that can no longer be made counts as changed. */
async function isChanged({ text, again }: Shown, open: OpenProject): Promise<boolean> {
  return (await again(open).catch(() => null)) !== text;
}
