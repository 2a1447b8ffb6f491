import { escapeHtml } from '../escape-html.ts';
import { type Attributes, renderAttributes } from './picture-elements.ts';

/** An inlined drawing, before it is written: for a component to spread and to put in. */
export interface SvgElements {
  readonly svg: Attributes;
  /** Markup. */
  readonly content: string;
}

/** Attributes of an inlined drawing, by lower-case names. */
export interface SvgAttributes extends Attributes {
  /** What it shows, for readers who do not see it; `''`: it says nothing that the text does not. As an `<img>` has it. */
  readonly alt: string;
  /** What browsers show when it is pointed at. @default nothing */
  readonly title?: string;
}

/**
 * The parts of the markup of `virtual:tintype/<id>?raw`. Given attributes override the drawing's. If only a width or a height is
 * given, the other is computed. The title that the model wrote is left out, because browsers would show it.
 */
export function svgElements(markup: string, given: SvgAttributes): SvgElements {
  const parts = /^<svg([^>]*)>(.*)<\/svg>$/s.exec(markup.trim());
  if (parts === null) throw new Error('not the markup of "virtual:tintype/<id>?raw"');
  const [, tag = '', inside = ''] = parts;
  const { alt, title, ...attributes } = given;
  const own = attributesIn(tag);
  const named: Attributes =
    alt === '' ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': alt };
  const shown = inside.replace(/<title[^>]*>[^<]*<\/title>/, '');
  return {
    svg: { ...own, ...named, ...attributes, ...dimensions(own['viewBox'], given) },
    content: title === undefined ? shown : `<title>${escapeHtml(title)}</title>${shown}`,
  };
}

/** The same as HTML. Everything given is escaped. Runs anywhere. */
export function svgHtml(markup: string, given: SvgAttributes): string {
  const { svg, content } = svgElements(markup, given);
  return `<svg${renderAttributes(svg)}>${content}</svg>`;
}

/** As Tintype's own markup has them: with double quotes, and with no entities but those of XML. */
function attributesIn(tag: string): Record<string, string> {
  const found = [...tag.matchAll(/([\w:.-]+)="([^"]*)"/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, unescaped(value)]));
}

function dimensions(viewBox: string | undefined, { width, height }: SvgAttributes): Attributes {
  const [, , w = 0, h = 0] = (viewBox ?? '').split(/[\s,]+/).map(Number);
  if (!(w > 0 && h > 0)) return {};
  if (Number(width) > 0 && height === undefined) return { height: round((Number(width) * h) / w) };
  if (Number(height) > 0 && width === undefined) return { width: round((Number(height) * w) / h) };
  return {};
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}

function unescaped(value: string): string {
  return value
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
