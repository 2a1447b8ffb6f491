import type { AiProvenance, Format, Options } from '@tintype/core';
import type { Plugin } from 'vite';

/** What the plugin takes: the options of `tintype.config.*`, which it reads too; what is given here wins. */
export type TintypePluginOptions = Options;

/**
 * What `import hero from 'virtual:tintype/hero'` gives: a superset of vite-imagetools' `Picture`, so that components
 * written for that work.
 */
export interface Picture {
  /** A `srcset` a format, in order of preference. */
  readonly sources: Readonly<Partial<Record<Format, string>>>;
  /** The fallback, at full size. */
  readonly img: { readonly src: string; readonly w: number; readonly h: number };
  readonly alt: string;
  /** A tiny data URL; `null` where none was asked for. */
  readonly placeholder: string | null;
  readonly sizes: string | null;
  readonly ai: AiProvenance;
}

/** The plugin's shape: `plugins: [tintype()]`. */
export type Tintype = (options?: TintypePluginOptions) => Plugin;
