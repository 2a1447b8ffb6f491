import type { AstroIntegration } from 'astro';
import tintypePlugin, { type TintypePluginOptions } from 'vite-plugin-tintype';
import { contentPicturesPlugin } from './content-pictures.ts';
import { markdownPicturesPlugin } from './markdown-pictures.ts';

/**
 * Pictures of manifests in pages, Markdown and content collections: `integrations: [tintype()]`. The options are those of
 * `vite-plugin-tintype`.
 */
export function tintype(options: TintypePluginOptions = {}): AstroIntegration {
  return {
    name: '@tintype/astro',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        const plugins = [tintypePlugin(options), contentPicturesPlugin(), markdownPicturesPlugin()];
        updateConfig({ vite: { plugins } });
      },
      // So that a new clone compiles before the exact types are written.
      'astro:config:done': ({ injectTypes }) => {
        injectTypes({
          filename: 'types.d.ts',
          content: '/// <reference types="vite-plugin-tintype/client" />\n',
        });
      },
    },
  };
}
