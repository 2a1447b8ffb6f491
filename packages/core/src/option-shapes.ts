import { didYouMean } from './did-you-mean.ts';
import { isMap } from './plain-checks.ts';

/*
 * What options of a config, a model or a provider must be. Without valibot, which checks the files that Tintype reads back: a
 * config file imports this package, and loading valibot would take 5 ms of each start (Node 24, 2026-11-28).
 */

type Check = (value: unknown) => boolean;

/** A check of an option, and the words for what it must be in a message. */
export type OptionShape = readonly [isRight: Check, words: string];

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
    const [isRight, words] = option;
    if (value === undefined || isRight(value)) return [];
    return [`${owner === null ? '' : `${owner}.`}${name} must be ${words}`];
  });
}

/** The same option, which may also be `null`. */
export function orNull([isRight, words]: OptionShape): OptionShape {
  return [nullable(isRight), `${words}, or null`];
}

export const flag: OptionShape = [(value) => typeof value === 'boolean', 'true or false'];

export const map: Check = isMap;

/** `names`: those that the map may have; left out: any. */
export function mapOf(isRight: Check, names?: readonly string[]): Check {
  return (value) =>
    isMap(value) &&
    Object.entries(value).every(
      ([name, member]) => isRight(member) && names?.includes(name) !== false,
    );
}

export function listOf(isRight: Check, minLength = 0): Check {
  return (value) =>
    Array.isArray(value) && value.length >= minLength && value.every((one) => isRight(one));
}

export function nullable(isRight: Check): Check {
  return (value) => value === null || isRight(value);
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

/** A name, folder or pattern: none is longer than a path may be (4,096 bytes on Linux), and picomatch takes 65,536. */
export function text(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 4096;
}

export function textLike(form: RegExp): Check {
  return (value) => typeof value === 'string' && form.test(value);
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Check {
  return (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
}

/** From 0. */
export const amount: Check = (value) => Number.isFinite(value) && Number(value) >= 0;
