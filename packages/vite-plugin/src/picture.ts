// Not from its index, whose types need those of Node: a page's types need none.
import type { AiProvenance, Format } from '@tintype/core/types';

/**
 * What `import hero from 'virtual:tintype/hero'` gives: a superset of vite-imagetools' `Picture`, so that components
 * written for that work.
 */
export interface Picture {
  /** A `srcset` a format, in order of preference; empty where the picture is inlined. */
  readonly sources: Readonly<Partial<Record<Format, string>>>;
  /** The fallback, at full size. */
  readonly img: { readonly src: string; readonly w: number; readonly h: number };
  /** `''` where the image is decorative. */
  readonly alt: string;
  /** The `sizes` attribute that goes with `sources`. */
  readonly sizes: string | null;
  /** A tiny data URL; `null` where none was asked for, and in dev and in tests, where nothing is encoded for it. */
  readonly placeholder: string | null;
  /** `#rrggbb`, the dominant colour; `null` as `placeholder` is. */
  readonly color: string | null;
  /** Whether what is behind it may show through. */
  readonly hasAlpha: boolean;
  readonly ai: AiProvenance;
}

/** A picture of which the formats and the size are known: what `tintype-env.d.ts` declares. */
export interface ExactPicture<
  Formats extends Format,
  Width extends number,
  Height extends number,
> extends Picture {
  readonly sources: Readonly<Record<Formats, string>>;
  readonly img: { readonly src: string; readonly w: Width; readonly h: Height };
}
