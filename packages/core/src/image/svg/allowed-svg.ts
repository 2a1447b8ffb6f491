import type { XastChild, XastElement, XastRoot } from 'svgo/browser';

/**
 * What may be in an SVG that a page shows. It is a list of what is allowed, so whatever is not known here is left out: scripts,
 * event attributes, links, animations, fonts, embedded pictures, foreign elements, and all that loads something.
 */

const elements = new Set(
  (
    'svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan ' +
    'linearGradient radialGradient stop clipPath mask pattern filter feBlend feColorMatrix feComponentTransfer ' +
    'feComposite feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feOffset'
  ).split(' '),
);

const attributes = new Set(
  // Structure and geometry.
  (
    'xmlns version id viewBox preserveAspectRatio x y width height cx cy r rx ry fx fy fr x1 y1 x2 y2 dx dy d points ' +
    'pathLength rotate textLength lengthAdjust href transform ' +
    // Presentation.
    'clip-path clip-rule color color-interpolation color-interpolation-filters display dominant-baseline fill ' +
    'fill-opacity fill-rule filter flood-color flood-opacity font-family font-size font-style font-weight ' +
    'letter-spacing mask opacity overflow paint-order shape-rendering stop-color stop-opacity stroke ' +
    'stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity ' +
    'stroke-width text-anchor text-rendering vector-effect visibility word-spacing writing-mode ' +
    // Gradients, patterns, masks and filters.
    'gradientUnits gradientTransform spreadMethod offset clipPathUnits maskUnits maskContentUnits mask-type ' +
    'patternUnits patternContentUnits patternTransform filterUnits primitiveUnits in in2 result mode operator ' +
    'k1 k2 k3 k4 type values tableValues slope intercept amplitude exponent stdDeviation'
  ).split(' '),
);

/** Only text may be in these, because what is in them is HTML if the drawing is in a page. */
const descriptions = new Set(['title', 'desc']);

/** For the first pass only, after which style sheets are in the attributes. */
const styleElements = new Set(['style']);
const styleAttributes = new Set(['style', 'class']);

const functions = new Set(
  'rgb rgba hsl hsla hwb lab lch oklab oklch matrix translate translatex translatey scale scalex scaley rotate skewx skewy'.split(
    ' ',
  ),
);

/** Style properties that have no attribute of the same name, with their values. */
const styleForm =
  /^(?:\s*(?:mix-blend-mode\s*:\s*[a-z-]{1,20}|isolation\s*:\s*isolate)\s*(?:;\s*|$))+$/;

export interface Allowing {
  /** Style sheets stay, because they are applied later. */
  readonly keepsStyles: boolean;
  /** Called with the name of each element that is left out, which what is in it is not. @default no call */
  readonly onLeftOut?: ((name: string) => void) | undefined;
}

/** Leaves out of a drawing what is not allowed. */
export function keepAllowed(root: XastRoot, allowing: Allowing): void {
  root.children = root.children.flatMap((child) => allowedChild(child, allowing, true));
}

function allowedChild(child: XastChild, allowing: Allowing, isTop: boolean): XastChild[] {
  if (child.type === 'element') return allowedElement(child, allowing, isTop);
  if (isTop) return [];
  if (child.type === 'text') return [child];
  // In a page, CDATA in a title is a comment that ends at its first `>`.
  return child.type === 'cdata' ? [{ type: 'text', value: child.value }] : [];
}

function allowedElement(element: XastElement, allowing: Allowing, isTop: boolean): XastElement[] {
  const { keepsStyles, onLeftOut } = allowing;
  // A link is a group that can be clicked.
  if (element.name === 'a') element.name = 'g';
  const { name } = element;
  if (isTop && name !== 'svg') return [];
  if (keepsStyles && styleElements.has(name)) return [element];
  if (!elements.has(name)) {
    onLeftOut?.(name);
    return [];
  }
  element.attributes = Object.fromEntries(
    Object.entries(element.attributes).filter(([attribute, value]) =>
      isAllowed(attribute, value, keepsStyles),
    ),
  );
  element.children = element.children
    .filter((child) => child.type !== 'element' || !descriptions.has(name))
    .flatMap((child) => allowedChild(child, allowing, false));
  return [element];
}

function isAllowed(name: string, value: string, keepsStyles: boolean): boolean {
  if (name === 'xmlns') return value === 'http://www.w3.org/2000/svg';
  if (name === 'href') return isOwnId(value);
  if (keepsStyles && styleAttributes.has(name)) return true;
  if (name === 'style') return styleForm.test(value);
  return attributes.has(name) && isHarmless(value);
}

/** `#moon`: something in the same drawing. */
function isOwnId(value: string): boolean {
  return /^#[^\s"'()\\<>]+$/.test(value);
}

/** Whether a value loads and computes nothing. Presentation attributes are CSS, so a backslash could spell any function. */
function isHarmless(value: string): boolean {
  if (/[\\@<>]|\/\*|:\/\//.test(value)) return false;
  return [...value.matchAll(/([\w-]*)\s*\(([^()]*)/g)].every(([, name = '', argument = '']) =>
    name.toLowerCase() === 'url'
      ? isOwnId(argument.trim().replaceAll(/^(["'])(.*)\1$/g, '$2'))
      : functions.has(name.toLowerCase()),
  );
}

/** Elements that a browser would draw, at most. A few lines with `use` can ask for billions. */
const maxDrawn = 50_000;

/**
 * Why a drawing would take too long to show, as a clause; `null`: it would not. Everything that an element refers to counts each
 * time that it is referred to.
 */
export function drawnProblem(root: XastRoot): string | null {
  const byId = new Map<string, XastElement>();
  const collect = (element: XastElement): void => {
    const { id } = element.attributes;
    if (id !== undefined) byId.set(id, element);
    for (const child of element.children) if (child.type === 'element') collect(child);
  };
  for (const child of root.children) if (child.type === 'element') collect(child);

  const known = new Map<XastElement, number>();
  const open = new Set<XastElement>();
  const drawn = (element: XastElement): number => {
    const before = known.get(element);
    if (before !== undefined) return before;
    // What refers to itself is drawn by nothing.
    if (open.has(element)) return Infinity;
    open.add(element);
    let count = 1;
    for (const child of element.children) if (child.type === 'element') count += drawn(child);
    for (const id of referredTo(element)) {
      const other = byId.get(id);
      if (other !== undefined) count += drawn(other);
    }
    open.delete(element);
    known.set(element, count);
    return count;
  };
  let total = 0;
  for (const child of root.children) if (child.type === 'element') total += drawn(child);
  if (total === Infinity) return 'a part of it refers to itself';
  return total > maxDrawn ? `it draws more than ${maxDrawn} elements` : null;
}

function referredTo({ attributes: values }: XastElement): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    name === 'href'
      ? [value.slice(1)]
      : [...value.matchAll(/url\(\s*["']?#([^"')]+)/gi)].map(([, id]) => id!.trim()),
  );
}
