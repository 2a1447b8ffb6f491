import { type OpenProject, unknownImage } from '@tintype/core/modules';
import type { Plugin } from 'vite';
import type { DevSite } from './dev-site.ts';
import { withArt, withSources } from './media-sources.ts';
import type { Picture } from './picture.ts';
import { namesInPage } from './references.ts';

/** References to pictures in HTML pages. */
export function pagesPlugin(site: () => DevSite): Plugin {
  return {
    name: 'tintype:dev-html',
    apply: 'serve',
    // This runs after plugins that add to a page.
    enforce: 'post',
    transformIndexHtml: {
      order: 'post',
      async handler(html, { filename }) {
        const { project, pages, explain } = site();
        const names = await namesInPage(html);
        if (names.size === 0) {
          pages.delete(filename);
          return;
        }
        const again = (open: OpenProject) => pageText(site(), open, html, names, filename);
        try {
          const text = await again(await project.current());
          pages.set(filename, { text, again });
          return text;
        } catch (error) {
          throw await explain(error);
        }
      },
    },
  };
}

async function pageText(
  site: DevSite,
  project: OpenProject,
  html: string,
  names: ReadonlySet<string>,
  filename: string,
): Promise<string> {
  const { expandHtml } = await import('./html.ts');
  const pictures = new Map<string, Picture>();
  for (const name of withSources(project, names)) {
    const image = project.find(name);
    if (image === null) throw await unknownImage(project, name, filename, `tintype:${name}`);
    pictures.set(name, await site.pictureOf(project, image));
  }
  return expandHtml(html, (name) => withArt(project, name, pictures));
}
