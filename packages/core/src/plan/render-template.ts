/** What a template became, and the variables that it names and nobody knows. */
export interface Rendered {
  readonly text: string;
  readonly unknown: readonly string[];
}

/** `{{ name }}`; a backslash before it keeps the braces as they are. */
const placeholder = /\\?\{\{\s*([^{}]*?)\s*\}\}/g;

/**
 * Replaces every `{{ name }}` by its value, in one pass: a value that looks like a template is not rendered again.
 * `\{{` is a literal `{{`.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, string | number | boolean>>,
): Rendered {
  const unknown: string[] = [];
  const text = template.replace(placeholder, (written: string, name: string) => {
    if (written.startsWith('\\')) return written.slice(1);
    if (Object.hasOwn(variables, name)) return String(variables[name]);
    unknown.push(name);
    return written;
  });
  return { text, unknown };
}
