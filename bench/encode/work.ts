import type { ResolvedSettings } from '../../packages/core/src/image/encoder-settings.ts';
import type { Format } from '../../packages/core/src/types.ts';

/** The work that `bench/encode.ts` compares: these 12 files of each square picture. */
export const formats = ['avif', 'webp', 'jpeg'] as const;
export const widths = [320, 640, 960, 1024] as const;
export const side = 1024;

/** sharp's own defaults, which the other tools use, too. */
export function settingsOf({ format }: { readonly format: Format }): ResolvedSettings {
  switch (format) {
    case 'avif':
      return { format, quality: 50, effort: 4, chromaSubsampling: '4:4:4', bitdepth: 8 };
    case 'webp':
      return { format, smallestOf: [{ quality: 80, effort: 4, smartSubsample: false }] };
    case 'jpeg':
      return { format, quality: 80, mozjpeg: false, chromaSubsampling: '4:2:0' };
    default:
      throw new Error(`no ${format} is made here`);
  }
}
