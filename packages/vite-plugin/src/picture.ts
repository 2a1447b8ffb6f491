// Not from core's index, whose types need the types of Node, which a page does not have.
import type { AiProvenance, Format } from '@tintype/core/types';

/**
 * The value of `import hero from 'virtual:tintype/hero'`: a superset of vite-imagetools' `Picture`, so that components written
 * for vite-imagetools work.
 */
export interface Picture {
  /** A `srcset` for each format, in order of preference; empty if the picture is inlined. */
  readonly sources: Readonly<Partial<Record<Format, string>>>;
  /** A `srcset` of the first frame as WebP, for readers who prefer less motion; absent for a picture that does not move. */
  readonly still?: string;
  /** Art direction: the picture to show instead where a media query matches, the first one that does. Absent if there is none. */
  readonly art?: readonly { readonly media: string; readonly picture: Picture }[];
  /** The fallback, at full size. */
  readonly img: { readonly src: string; readonly w: number; readonly h: number };
  /** `''` if the image is decorative. */
  readonly alt: string;
  /** The `sizes` attribute that goes with `sources`. */
  readonly sizes: string | null;
  /** A tiny data URL; `null` if none was requested, and in dev and in tests, where nothing is encoded for it. */
  readonly placeholder: string | null;
  /** `#rrggbb`, the dominant colour; `null` as `placeholder` is. */
  readonly color: string | null;
  /** Whether the picture is transparent in some places. */
  readonly hasAlpha: boolean;
  readonly ai: AiProvenance;
}

/** A picture whose formats and size are known, as `tintype-env.d.ts` declares it. */
export interface ExactPicture<
  Formats extends Format,
  Width extends number,
  Height extends number,
> extends Picture {
  readonly sources: Readonly<Record<Formats, string>>;
  readonly img: { readonly src: string; readonly w: Width; readonly h: Height };
}
