import type { Plugin } from 'vite';
import { modulesPlugin } from './dev-modules.ts';
import { pagesPlugin } from './dev-pages.ts';
import { type DevSite, openDevSite } from './dev-site.ts';
import { afterViteCss, stylesPlugin } from './dev-styles.ts';
import { updatesPlugin } from './dev-updates.ts';
import type { PluginRequest } from './plugin-options.ts';

/** Pictures in dev: known without an encode, encoded when they are requested, updated when their manifests are. */
export function devPlugins(request: PluginRequest): Plugin[] {
  const texts = { modules: new Map(), pages: new Map() };
  let opened: DevSite | null = null;
  const site = (): DevSite => {
    if (opened === null) throw new Error('the config of Vite is not known yet');
    return opened;
  };
  return [
    modulesPlugin(site, request, (config) => {
      opened = openDevSite(config, request, texts);
    }),
    afterViteCss(stylesPlugin(site, 'tintype:dev-styles')),
    stylesPlugin(site, 'tintype:dev-late-styles'),
    pagesPlugin(site),
    updatesPlugin(site, request),
  ];
}
