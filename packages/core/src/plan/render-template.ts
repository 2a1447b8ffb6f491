/** What a template became, and the variables that it names and that do not exist. */
export interface Rendered {
  readonly text: string;
  readonly unknown: readonly string[];
}

/**
 * Once a text is longer, in UTF-16 units, no more of it is rendered: it is too long for any field. Presets may double
 * what they wrap, and a prompt of ten characters behind forty of them would be a terabyte.
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

/** Where the values of one variable begin in what a template becomes. */
export function placesOf(
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

/** `onValue` is told of each value, and of where it begins. */
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
