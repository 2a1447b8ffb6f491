/** What a template became, and the variables that it names and nobody knows. */
export interface Rendered {
  readonly text: string;
  readonly unknown: readonly string[];
}

/** `{{ name }}`, or the `\{{` that stands for two braces. */
const placeholder = /\\\{\{|\{\{([^{}]*)\}\}/g;

/**
 * Replaces every `{{ name }}` by its value, in one pass: a value that looks like a template is not rendered again.
 * `\{{` is a literal `{{`.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, string | number | boolean>>,
): Rendered {
  const unknown: string[] = [];
  const text = template.replace(placeholder, (written: string, inside: string | undefined) => {
    if (inside === undefined) return '{{';
    const name = inside.trim();
    if (Object.hasOwn(variables, name)) return String(variables[name]);
    unknown.push(name);
    return written;
  });
  return { text, unknown };
}

/** The variables that a template names. */
export function variablesIn(template: string): readonly string[] {
  return renderTemplate(template, {}).unknown;
}

/** Where the values of one variable begin in what a template becomes. */
export function placesOf(
  name: string,
  template: string,
  variables: Readonly<Record<string, string | number | boolean>>,
): readonly number[] {
  return [...template.matchAll(placeholder)]
    .filter(([, inside]) => inside?.trim() === name)
    .map(({ index }) => renderTemplate(template.slice(0, index), variables).text.length);
}
