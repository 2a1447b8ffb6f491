import type { CustomPlugin, PluginConfig, XastRoot } from 'svgo/browser';
import { PictureError } from '../inspect-picture.ts';
import { keepAllowed, drawnProblem } from './allowed-svg.ts';
import { loadSvgo } from './load-svgo.ts';
import { recolor } from './recolor-svg.ts';

export interface CleanOptions {
  /** Before every id, so that two drawings can be in one page. */
  readonly idPrefix: string;
  /** Makes the one colour `currentColor`. @default false */
  readonly recolors?: boolean;
  /** Called with the name of each element that is left out. @default no call */
  readonly onLeftOut?: (name: string) => void;
}

/** A larger drawing is not an icon, and takes seconds to parse. */
const maxBytes = 4_000_000;

/**
 * Rebuilds an SVG from its parsed elements: only what `allowed-svg.ts` lists, in its shortest form, style sheets applied. An SVG of
 * an API is hostile input. Throws a PictureError.
 */
export async function cleanSvg(bytes: Uint8Array, options: CleanOptions): Promise<string> {
  const { optimize } = await loadSvgo();
  const text = textOf(bytes);
  let colours: readonly string[] | null = null;
  const plugins: PluginConfig[] = [
    'removeDoctype',
    'removeXMLProcInst',
    'removeComments',
    { name: 'removeXlink', params: { includeLegacy: true } },
    rewrite('check', (root) => {
      keepAllowed(root, { keepsStyles: true, onLeftOut: options.onLeftOut });
      refuse(drawnProblem(root));
    }),
    { name: 'inlineStyles', params: { onlyMatchedOnce: false } },
    'convertStyleToAttrs',
    rewrite('clean', (root) => {
      keepAllowed(root, { keepsStyles: false });
      setViewBox(root);
    }),
    'preset-default',
    rewrite('recolor', (root) => {
      if (options.recolors === true) colours = recolor(root);
    }),
    { name: 'prefixIds', params: { prefix: options.idPrefix, delim: '-' } },
    rewrite('check again', (root) => keepAllowed(root, { keepsStyles: false })),
  ];
  try {
    const { data } = optimize(text, { plugins });
    if (colours !== null) refuse(coloursProblem(colours));
    return data;
  } catch (error) {
    if (error instanceof PictureError) throw error;
    const reason = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    throw new PictureError('undecodable', `it is not a valid SVG: ${reason}`, error);
  }
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > maxBytes) refuse(`it has more than ${maxBytes / 1_000_000} MB`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PictureError('undecodable', 'it is not UTF-8', error);
  }
  if (/<!ENTITY/i.test(text)) refuse('it declares entities');
  return text;
}

function coloursProblem(colours: readonly string[]): string | null {
  return colours.length === 1
    ? null
    : `recolor needs a drawing in one colour, and it has ${colours.length === 0 ? 'none' : colours.join(', ')}`;
}

/** Without a `viewBox` a drawing is cut off, and not scaled, at another size than its own. */
function setViewBox(root: XastRoot): void {
  const top = root.children.find((child) => child.type === 'element');
  if (top === undefined) throw new PictureError('undecodable', 'it has no <svg> element');
  const { viewBox, width, height } = top.attributes;
  if (viewBox !== undefined) return;
  const [w, h] = [width, height].map(
    (length) => /^\s*(\d+(?:\.\d+)?)(?:px)?\s*$/.exec(length ?? '')?.[1],
  );
  if (w === undefined || h === undefined) refuse('it has no size: no viewBox, width and height');
  top.attributes['viewBox'] = `0 0 ${w} ${h}`;
}

function refuse(problem: string | null): void {
  if (problem !== null) throw new PictureError('undecodable', problem);
}

/** A plugin that changes the whole drawing at once. */
function rewrite(name: string, change: (root: XastRoot) => void): CustomPlugin {
  return { name, fn: (root) => (change(root), null) };
}
