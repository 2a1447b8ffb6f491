/** A rendered template, and the variables in it that do not exist. */
export interface Rendered {
  readonly text: string;
  readonly unknown: readonly string[];
}

/**
 * Rendering stops once a text is longer than this, in UTF-16 units, because it is too long for any field. Without the limit,
 * forty presets that each wrap the prompt twice would turn ten characters into terabytes.
 */
const maxRenderedLength = 1_000_000;

/** `{{ name }}`, or `\{{`, which means two braces. */
const placeholder = /\\\{\{|\{\{([^{}]*)\}\}/g;

/**
 * Replaces every `{{ name }}` by its value, in one pass: a value that looks like a template is not rendered again.
 * `\{{` is a literal `{{`.
 */
export function renderTemplate(template: string, variables: Variables): Rendered {
  const { text, unknown } = render(template, variables, () => {});
  return { text, unknown };
}

/** Where the values of one variable begin in the rendered text. */
export function offsetsOf(
  variable: string,
  template: string,
  variables: Variables,
): readonly number[] {
  const places: number[] = [];
  render(template, variables, (name, at) => {
    if (name === variable) places.push(at);
  });
  return places;
}

/** The variables that a template names. */
export function variablesIn(template: string): readonly string[] {
  return renderTemplate(template, {}).unknown;
}

type Variables = Readonly<Record<string, string | number | boolean>>;

/** Calls `onValue` for each value, with the offset at which it begins. */
function render(
  template: string,
  variables: Variables,
  onValue: (name: string, at: number) => void,
): Rendered {
  const parts: string[] = [];
  const unknown: string[] = [];
  let length = 0;
  let end = 0;
  const add = (text: string) => {
    parts.push(text);
    length += text.length;
  };
  for (const { 0: written, 1: inside, index } of template.matchAll(placeholder)) {
    add(template.slice(end, index));
    end = index + written.length;
    const name = inside?.trim();
    if (name === undefined) add('{{');
    else if (Object.hasOwn(variables, name)) {
      onValue(name, length);
      add(String(variables[name]));
    } else {
      unknown.push(name);
      add(written);
    }
    if (length > maxRenderedLength) break;
  }
  add(template.slice(end));
  return { text: parts.join(''), unknown };
}
