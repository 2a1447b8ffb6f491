import * as v from 'valibot';
import { didYouMean } from './did-you-mean.ts';
import { isMap } from './plain-checks.ts';

/** What an option must be: its shape, and the words for that in a message. */
export type OptionShape = readonly [shape: v.GenericSchema, words: string];

export type OptionShapes<Options> = { readonly [Name in keyof Required<Options>]: OptionShape };

/**
 * The mistakes in options, in the order in which they are written: wrong values, and unknown names, because a misspelt
 * address would send requests to the wrong place. No message repeats a value, because it may be a key. An option that is
 * `undefined` counts as left out. `owner`: the option that they belong to. `unknown`: makes the message about an unknown name.
 */
export function optionProblems<Options extends object>(
  options: Options,
  shapes: OptionShapes<Options>,
  owner: string | null = null,
  unknown = (name: string, names: readonly string[]): string =>
    `${owner === null ? 'there is' : `${owner} has`} no option "${name}"${didYouMean(name, names)}`,
): string[] {
  const known = new Map<string, OptionShape>(Object.entries(shapes));
  return Object.entries(options).flatMap(([name, value]) => {
    const option = known.get(name);
    if (option === undefined) return [unknown(name, [...known.keys()])];
    const [shape, words] = option;
    if (value === undefined || v.is(shape, value)) return [];
    return [`${owner === null ? '' : `${owner}.`}${name} must be ${words}`];
  });
}

/** The same option, which may also be `null`. */
export function orNull([shape, words]: OptionShape): OptionShape {
  return [v.nullable(shape), `${words}, or null`];
}

/** valibot's own `record` takes lists, and skips names such as `constructor`. */
export const map = v.custom<Readonly<Record<string, unknown>>>(isMap);

export const mapOf = (shape: v.GenericSchema, names?: readonly string[]) =>
  v.pipe(
    map,
    v.check(
      (value) =>
        Object.values(value).every((member) => v.is(shape, member)) &&
        (names === undefined || Object.keys(value).every((name) => names.includes(name))),
    ),
  );

/** A name, folder or pattern. A path has at most 4,096 bytes on Linux; fast-glob takes patterns of up to 65,536. */
export const text = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

export const flag: OptionShape = [v.boolean(), 'true or false'];

export const integer = (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max));

/** A finite number from 0. */
export const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
