import { parseArgs } from 'node:util';

/**
 * Reads a bench's numeric flags, such as `--rounds 5`. `defaults` has the values of missing flags. `--save` is left for
 * `publish`. Anything else is an error.
 */
export function numberFlags<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const { values } = parseArgs({
    options: {
      save: { type: 'boolean' },
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' } as const])),
    },
  });
  const numbers = names.map((name) => {
    const text = (values as Readonly<Record<string, string | undefined>>)[name];
    const number = text === undefined ? defaults[name] : Number(text);
    if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} takes a whole number`);
    return [name, number];
  });
  return Object.fromEntries(numbers) as Record<Name, number>;
}
