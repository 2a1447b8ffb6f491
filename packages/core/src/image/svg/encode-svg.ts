import type { Source } from '../../types.ts';
import { encodeError } from '../encode-error.ts';
import type { SvgSettings } from '../encoder-settings.ts';
import { provenanceXmp } from '../provenance.ts';
import { cleanSvg } from './clean-svg.ts';

/**
 * The file of a drawing: rebuilt, with its XMP. Its ids begin with the hash of the drawing, so that drawings can be inlined into
 * one page. Throws a TintypeError `encode` that names `file`.
 */
export async function encodeSvg(
  source: Source,
  { recolors }: SvgSettings,
  file: string,
): Promise<Uint8Array> {
  const bytes = await source.read();
  try {
    const idPrefix = `t${source.sha256.slice(0, 8)}`;
    // A stand-in has many colours, and keeps them.
    const options = { idPrefix, recolors: recolors && !source.isStandIn };
    return Buffer.from(withXmp(await cleanSvg(bytes, options), source.isStandIn));
  } catch (error) {
    throw encodeError(`${file} could not be made`, error);
  }
}

/** Where the specification of XMP puts it (part 3, 2020-01, section 2.6.2). */
function withXmp(svg: string, isStandIn: boolean): string {
  return svg.replace(/^<svg[^>]*>/, (open) => `${open}${metadata(isStandIn)}`);
}

function metadata(isStandIn: boolean): string {
  return `<metadata>${provenanceXmp(isStandIn)}</metadata>`;
}

/** The markup to put into a page, which needs no provenance of its own. */
export function markupOf(svg: string): string {
  return svg.replace(metadata(true), '').replace(metadata(false), '');
}
