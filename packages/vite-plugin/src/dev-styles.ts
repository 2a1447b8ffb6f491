import { type OpenProject, unknownInStyles } from '@tintype/core/modules';
import type { Plugin } from 'vite';
import type { CssFile } from './css.ts';
import { devCssFiles } from './dev-files.ts';
import { type DevSite, serveModule } from './dev-site.ts';
import { reference, styleModule } from './references.ts';

/** References to pictures in style sheets. */
export function stylesPlugin(site: () => DevSite, name: string): Plugin {
  return {
    name,
    apply: 'serve',
    // This runs after Vite has compiled them, so that they contain their imports.
    transform: {
      filter: { id: styleModule, code: reference },
      async handler(css, id) {
        if (!styleModule.test(id) || !reference.test(css)) return null;
        const again = (project: OpenProject) => styleText(site(), project, css, id);
        try {
          return { code: await serveModule(site(), this.environment, id, again), map: null };
        } catch (error) {
          this.error(await site().explain(error));
        }
      },
    },
  };
}

async function styleText(
  { prefix }: DevSite,
  project: OpenProject,
  css: string,
  id: string,
): Promise<string> {
  const { expandCss } = await import('./css.ts');
  const filesOf = async (name: string, isStill: boolean): Promise<CssFile[]> => {
    const image = project.find(name);
    if (image === null) throw await unknownInStyles(project, name, id);
    return devCssFiles(project, image, isStill, prefix());
  };
  return (await expandCss(css, filesOf))?.toString() ?? css;
}

/** Puts a plugin before all others that see compiled style sheets, because Astro's dev server keeps the compiled text. */
export function afterViteCss(plugin: Plugin): Plugin {
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
