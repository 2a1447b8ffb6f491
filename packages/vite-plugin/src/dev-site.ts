import type { PlannedImage } from '@tintype/core';
import { explain, openContext, type OpenProject, withoutStyles } from '@tintype/core/modules';
import type { Environment, ResolvedConfig } from 'vite';
import { devPicture } from './dev-files.ts';
import { type DevProject, devProject } from './dev-project.ts';
import { type DevSheet, devSheet } from './dev-sheet.ts';
import { logReporter } from './log-reporter.ts';
import type { Picture } from './picture.ts';
import { shellEnv } from './shell-env.ts';
import type { PluginRequest } from './plugin-options.ts';

/** A text that the dev server has served, with a function that makes it again for a project that has changed. */
export interface Served {
  readonly text: string;
  readonly again: (project: OpenProject) => Promise<string>;
}

/** The texts that may be outdated when the project changes. */
export interface ServedTexts {
  /** By environment and module id. */
  readonly modules: Map<Environment, Map<string, Served>>;
  /** The pages that name pictures, by file. */
  readonly pages: Map<string, Served>;
}

/** What the dev server's plugins share. */
export interface DevSite extends ServedTexts {
  readonly config: ResolvedConfig;
  readonly project: DevProject;
  readonly sheet: DevSheet;
  /** The text before file names in dev URLs. */
  readonly prefix: () => string;
  readonly pictureOf: (project: OpenProject, image: PlannedImage) => Promise<Picture>;
  /** The error with its place in a manifest, if it has one. */
  readonly explain: (error: unknown) => Promise<Error>;
  /** Stops the work for the contact sheet. */
  readonly close: () => Promise<void>;
}

/** `texts` outlive the site, because one plugin may serve several servers, as in Nuxt. */
export function openDevSite(
  config: ResolvedConfig,
  { options, root, inlineStyles }: PluginRequest,
  texts: ServedTexts,
): DevSite {
  const report = logReporter(config.logger);
  const request = { cwd: config.root, root, env: shellEnv, options, report };
  const project = devProject(request);
  const closing = new AbortController();
  const sheet = devSheet(config.root, config.base, () => openContext(request, closing.signal));
  const prefix = () => (config.server.origin ?? '') + config.base;
  return {
    ...texts,
    config,
    project,
    sheet,
    prefix,

    pictureOf: async (open, image) => {
      const picture = await devPicture(open, image, prefix());
      return inlineStyles ? picture : withoutStyles(picture);
    },

    explain: async (failure) => {
      const open = await project.current().catch(() => null);
      return explain(failure, open?.config.root ?? config.root, open?.jobs ?? []);
    },

    close: async () => {
      closing.abort();
      await sheet.close();
      const open = await project.current().catch(() => null);
      await open?.close();
    },
  };
}

/** Makes the text of a module, and keeps it to see later whether it is outdated. */
export async function serveModule(
  { project, modules }: DevSite,
  environment: Environment,
  id: string,
  again: Served['again'],
): Promise<string> {
  const text = await again(await project.current());
  const served = modules.get(environment) ?? new Map<string, Served>();
  modules.set(environment, served.set(id, { text, again }));
  return text;
}

/** A text that can no longer be made is outdated. */
export async function isOutdated({ text, again }: Served, open: OpenProject): Promise<boolean> {
  return (await again(open).catch(() => null)) !== text;
}
