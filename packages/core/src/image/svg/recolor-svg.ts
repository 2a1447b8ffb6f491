import type { XastElement, XastRoot } from 'svgo/browser';

const shapes = new Set('path rect circle ellipse line polyline polygon text tspan'.split(' '));
/** What these contain decides where something is drawn, and in no colour. */
const stencils = new Set(['mask', 'clipPath']);
const paints = ['fill', 'stroke', 'stop-color', 'flood-color'] as const;
const black = '#000';

/**
 * Makes the one colour of a drawing `currentColor`. Colours are compared as svgo writes them, in their shortest form. Returns the
 * colours, and changes nothing, unless there is exactly one.
 */
export function recolor(root: XastRoot): readonly string[] {
  const colours = new Set<string>();
  each(root, (element, { fill, stroke }) => {
    if (shapes.has(element.name)) for (const paint of [fill, stroke]) colours.add(paint);
    for (const name of ['stop-color', 'flood-color'] as const) {
      const value = element.attributes[name];
      if (value !== undefined) colours.add(value.toLowerCase());
    }
    if (element.name === 'stop') colours.add(element.attributes['stop-color'] ?? black);
  });
  const used = [...colours].filter((colour) => colour !== 'none' && !colour.startsWith('url('));
  if (used.length !== 1) return used;
  const only = used[0]!;
  each(root, (element) => {
    for (const name of paints) {
      if (element.attributes[name]?.toLowerCase() === only) {
        element.attributes[name] = 'currentColor';
      }
    }
  });
  // A shape without a fill is black.
  const top = root.children.find((child) => child.type === 'element');
  if (only === black && top !== undefined) top.attributes['fill'] ??= 'currentColor';
  return used;
}

interface Paints {
  readonly fill: string;
  readonly stroke: string;
}

/** Calls `visit` for every element that is drawn, with the colours that it inherits. */
function each(
  parent: XastRoot | XastElement,
  visit: (element: XastElement, inherited: Paints) => void,
  inherited: Paints = { fill: black, stroke: 'none' },
): void {
  for (const child of parent.children) {
    if (child.type !== 'element' || stencils.has(child.name)) continue;
    const own = {
      fill: child.attributes['fill']?.toLowerCase() ?? inherited.fill,
      stroke: child.attributes['stroke']?.toLowerCase() ?? inherited.stroke,
    };
    visit(child, own);
    each(child, visit, own);
  }
}
