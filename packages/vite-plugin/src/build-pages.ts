import type { PlannedImage } from '@tintype/core';
import { explain, unknownImage, unknownInStyles, withoutStyles } from '@tintype/core/modules';
import type { Plugin } from 'vite';
import type { Emitter } from './asset-target.ts';
import type { BuildRun } from './build-run.ts';
import { type Builds, type BuildState, fullSizeFiles, lateUrlIn } from './build-state.ts';
import { buildPicture, inlinedUrl } from './built-picture.ts';
import type { CssFile } from './css.ts';
import { hostUrl } from './host-url.ts';
import { fillInUrls, lateForm, lateUrl } from './late-pictures.ts';
import { withArt, withSources } from './media-sources.ts';
import type { Picture } from './picture.ts';
import { namesInPage, reference, scheme, styleModule } from './references.ts';
import { mediaTypeOf } from '@tintype/core/picture-parts';

/** Style sheets that name pictures, in a build. This runs after Vite has compiled them, so that they contain their imports. */
export function buildStylesPlugin(builds: Builds): Plugin {
  return {
    name: 'tintype:build-styles',
    apply: 'build',
    sharedDuringBuild: true,

    configResolved({ logger }) {
      // Vite would first look for a file of that name and report that it does not exist.
      const warnOnce = logger.warnOnce.bind(logger);
      logger.warnOnce = (message, options) => {
        if (!/^\s*tintype:\S+ referenced in/.test(message)) warnOnce(message, options);
      };
    },

    transform: {
      filter: { id: styleModule, code: reference },
      async handler(css, id) {
        if (!styleModule.test(id) || !reference.test(css)) return null;
        const { expandCss } = await import('./css.ts');
        const state = builds.of(this.environment);
        const { project } = await state.run.open();
        state.pages.set(id, []);
        state.lateInStyles.delete(id);
        const filesOf = async (name: string, isStill: boolean) => {
          const image = project.find(name);
          if (image === null) throw await unknownInStyles(project, name, id);
          return cssFiles(this, state, id, image, isStill);
        };
        try {
          const text = await expandCss(css, filesOf);
          return text && { code: text.toString(), map: text.generateMap({ hires: 'boundary' }) };
        } catch (error) {
          this.error(await explain(error, project.config.root, project.jobs));
        }
      },
    },
  };
}

async function cssFiles(
  emitter: Emitter,
  state: BuildState,
  id: string,
  image: PlannedImage,
  isStill: boolean,
): Promise<CssFile[]> {
  const { target, pages, shipped, environment, late, lateInStyles } = state;
  const run = await state.run.open();
  if (run.isLate(image)) {
    late.set(`${id} ${image.name}`, image);
    const { job, files } = image;
    const formats =
      isStill && job.picture.isAnimation ? [{ format: 'webp' } as const] : files.formats;
    return formats.map(({ format }) => ({
      type: mediaTypeOf(format),
      url: async () => {
        const file = { name: image.name, format, isStill, run: run.id };
        lateInStyles.set(id, [...(lateInStyles.get(id) ?? []), file]);
        return lateUrl(file);
      },
    }));
  }
  const delivered = await run.deliver(image);
  const inlined = await inlinedUrl(delivered, 'auto', environment);
  shipped.add(image.name);
  return [...fullSizeFiles(delivered, isStill)].map(([format, file]) => ({
    type: mediaTypeOf(format),
    url: async () => {
      if (inlined !== null) return inlined;
      const placed = target.place(file);
      pages.set(id, [...(pages.get(id) ?? []), placed]);
      return target.urlOf(placed, emitter);
    },
  }));
}

/** Pages that name pictures, in a build. They are searched before anything is bought, and written when all pictures exist. */
export function buildHtmlPlugins(builds: Builds): Plugin[] {
  const find: Plugin = {
    name: 'tintype:find-in-html',
    apply: 'build',
    sharedDuringBuild: true,
    transformIndexHtml: {
      order: 'pre',
      async handler(html, { filename }) {
        const names = await namesInPage(html);
        if (names.size === 0) return;
        const { run: onDemand, late } = builds.client();
        const run = await onDemand.open();
        for (const name of withSources(run.project, names)) {
          const image = run.project.find(name);
          if (image === null) {
            throw await unknownImage(run.project, name, filename, `tintype:${name}`);
          }
          if (run.isLate(image)) late.set(`${filename} ${name}`, image);
        }
      },
    },
  };
  const expand: Plugin = {
    name: 'tintype:expand-html',
    apply: 'build',
    // This runs after plugins that add to a page.
    enforce: 'post',
    sharedDuringBuild: true,
    transformIndexHtml: {
      order: 'post',
      async handler(html, { filename, path, chunk }) {
        if (!html.includes(scheme) && !lateForm.test(html)) return;
        const state = builds.client();
        state.pages.set(filename, []);
        const page = path.slice(1);
        const expanded = await expandPage(state, html, filename, page);
        // The names in the page's own styles.
        const host = { fileName: page, type: 'html' } as const;
        const filled = fillInUrls(expanded, (file) => lateUrlIn(state, file, host));
        for (const { fileName } of state.pages.get(filename) ?? []) {
          chunk?.viteMetadata?.importedAssets.add(fileName);
        }
        return filled;
      },
    },
  };
  return [find, expand];
}

/** Puts pictures into a page. `page`: its name in the build; `filename`: the source file. */
export async function expandPage(
  state: BuildState,
  html: string,
  filename: string,
  page: string,
): Promise<string> {
  const named = await namesInPage(html);
  if (named.size === 0) return html;
  const run = await state.run.open();
  const { project } = run;
  const names = withSources(project, named);
  await buyLate(run, names);
  const pictures = new Map<string, Picture>();
  for (const name of names) {
    pictures.set(name, await pagePicture(state, name, filename, page));
  }
  const { expandHtml } = await import('./html.ts');
  return expandHtml(html, (name) => withArt(project, name, pictures));
}

/** Names that a plugin adds to the page after the search are bought, or not, by the same rules. */
async function buyLate(run: BuildRun, names: ReadonlySet<string>): Promise<void> {
  const images = [...names].flatMap((name) => run.project.find(name) ?? []).filter(run.isLate);
  try {
    await run.buy(images);
  } catch (error) {
    throw await explain(error, run.project.config.root, run.project.jobs);
  }
}

async function pagePicture(
  { run: onDemand, target, pages, shipped, environment, inlineStyles }: BuildState,
  name: string,
  filename: string,
  page: string,
): Promise<Picture> {
  const run = await onDemand.open();
  const image = run.project.find(name);
  if (image === null) throw await unknownImage(run.project, name, filename, `tintype:${name}`);
  const host = { fileName: page, type: 'html' } as const;
  try {
    const { picture, files } = await buildPicture(await run.deliver(image), 'auto', environment, {
      place: target.place,
      urlOf: ({ fileName }) => hostUrl(fileName, host, environment),
    });
    pages.set(filename, [...(pages.get(filename) ?? []), ...files]);
    shipped.add(image.name);
    return inlineStyles ? picture : withoutStyles(picture);
  } catch (error) {
    throw await explain(error, run.project.config.root, run.project.jobs);
  }
}
