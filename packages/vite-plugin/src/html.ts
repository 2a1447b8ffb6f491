import { MagicString } from 'magic-string';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { parseReference, type Reference, scheme } from './references.ts';
import type { Picture } from './picture.ts';
import {
  formatSources,
  pictureElements,
  renderAttributes,
  renderSources,
  mediaTypeOf,
  stillPicture,
} from '@tintype/core/picture-parts';

type Element = DefaultTreeAdapterTypes.Element;
type ParentNode = DefaultTreeAdapterTypes.ParentNode;

/** The name of every image that a page names, in the order of the page. */
export function findReferences(html: string): string[] {
  return findUses(html).map(({ name }) => name);
}

/**
 * Puts pictures where a page names them. `<img src>` becomes a `<picture>` that keeps the author's attributes; a `<source srcset>` in a
 * `<picture>` becomes one for each format; any other `srcset` becomes the candidates of the fallback; any other attribute, and a string of JSON-LD, becomes
 * the fallback's URL. `tintype:hero?still` is the first frame of a picture that moves. The rest of the page does not change.
 */
export function expandHtml(html: string, pictureOf: (name: string) => Picture): string {
  const text = new MagicString(html);
  for (const use of findUses(html)) {
    const whole = pictureOf(use.name);
    const picture = use.isStill ? stillPicture(whole) : whole;
    if (use.element.tagName === 'img' && use.attribute === 'src') expandImg(text, use, picture);
    else if (isPictureSource(use)) expandSource(text, use, picture);
    else if (use.attribute === null) {
      // The URL must end neither the string nor the script.
      const url = JSON.stringify(picture.img.src).replaceAll('<', '\\u003c');
      text.overwrite(use.start, use.end, url);
    } else text.overwrite(use.start, use.end, attributeText(use, use.attribute, picture));
  }
  return text.toString();
}

interface Use extends Reference {
  readonly element: Element;
  /** `null`: a string of JSON. */
  readonly attribute: string | null;
  /** The start of the attribute, with its name, or of the string, with its quotes. */
  readonly start: number;
  readonly end: number;
}

function findUses(html: string): Use[] {
  const uses: Use[] = [];
  const walk = (parent: ParentNode): void => {
    for (const node of parent.childNodes) {
      if (!('attrs' in node)) continue;
      for (const { prefix, name: local, value } of node.attrs) {
        const name = prefix === undefined || prefix === '' ? local : `${prefix}:${local}`;
        const at = node.sourceCodeLocation?.attrs?.[name.toLowerCase()];
        const named = value.trim();
        if (at === undefined || !named.startsWith(scheme)) continue;
        const { startOffset: start, endOffset: end } = at;
        const reference = parseReference(named.slice(scheme.length));
        uses.push({ ...reference, element: node, attribute: name, start, end });
      }
      uses.push(...usesInJson(node));
      walk('content' in node ? node.content : node);
    }
  };
  // With scripting off, the parser reads the content of a `<noscript>` as elements.
  walk(parse(html, { sourceCodeLocationInfo: true, scriptingEnabled: false }));
  return uses.toSorted((a, b) => a.start - b.start);
}

/** References in JSON-LD, which search engines read. */
function usesInJson(element: Element): Use[] {
  const type = element.attrs
    .find(({ name }) => name === 'type')
    ?.value.trim()
    .toLowerCase();
  if (element.tagName !== 'script' || type !== 'application/ld+json') return [];
  return element.childNodes.flatMap((child) => {
    if (!('value' in child) || !child.sourceCodeLocation) return [];
    const from = child.sourceCodeLocation.startOffset;
    return [...child.value.matchAll(/"tintype:([^"\\\s]+)"/g)].map((match) => ({
      ...parseReference(match[1]!),
      element,
      attribute: null,
      start: from + match.index,
      end: from + match.index + match[0].length,
    }));
  });
}

function expandImg(text: MagicString, { element, start, end }: Use, picture: Picture): void {
  const { src: _, style: ownStyle, ...kept } = attributesOf(element);
  const { sources, img } = pictureElements(picture, {
    ...kept,
    ...(ownStyle && { style: ownStyle }),
  });
  // The author's attributes stay as written. New attributes take the place of `src`.
  const added = Object.entries({ src: img['src'], ...img }).filter(
    ([name]) => !Object.hasOwn(kept, name),
  );
  text.overwrite(start, end, renderAttributes(Object.fromEntries(added)).trimStart());

  const place = element.sourceCodeLocation!;
  const ownStyleAt = place.attrs?.['style'];
  if (ownStyleAt !== undefined) text.remove(ownStyleAt.startOffset, ownStyleAt.endOffset);
  if (sources.length === 0) return;
  const isInPicture = element.parentNode !== null && element.parentNode.nodeName === 'picture';
  text.appendLeft(place.startOffset, `${isInPicture ? '' : '<picture>'}${renderSources(sources)}`);
  if (!isInPicture) text.appendRight(place.endOffset, '</picture>');
}

function isPictureSource({ element, attribute }: Use): boolean {
  const isInPicture = element.parentNode?.nodeName === 'picture';
  return element.tagName === 'source' && attribute === 'srcset' && isInPicture;
}

/** A `<source>` for each format, or for the one in `type`, with the author's attributes, such as `media`. */
function expandSource(text: MagicString, { element, start, end }: Use, picture: Picture): void {
  const { srcset: _, ...given } = attributesOf(element);
  const all = formatSources(picture, given);
  const chosen =
    given['type'] === undefined ? all : all.filter(({ type }) => type === given['type']);
  const sources = chosen.length === 0 ? all.slice(-1) : chosen;
  const others = sources.slice(0, -1).map((source) => ({ ...given, ...source }));
  const added = Object.entries(sources.at(-1)!).filter(([name]) => !Object.hasOwn(given, name));
  text.appendLeft(element.sourceCodeLocation!.startOffset, renderSources(others));
  text.overwrite(start, end, renderAttributes(Object.fromEntries(added)).trimStart());
}

function attributesOf({ attrs }: Element): Record<string, string> {
  return Object.fromEntries(attrs.map(({ name, value }) => [name, value]));
}

function attributeText({ element }: Use, attribute: string, { sources, img }: Picture): string {
  const type = element.attrs.find(({ name }) => name === 'type')?.value;
  const srcsets = Object.entries(sources);
  const chosen = srcsets.find(([format]) => type === mediaTypeOf(format)) ?? srcsets.at(-1);
  const isSet = attribute === 'srcset' || attribute === 'imagesrcset';
  const value = isSet ? (chosen?.[1] ?? img.src) : img.src;
  return renderAttributes({ [attribute]: value }).trimStart();
}
