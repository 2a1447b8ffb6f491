import { Argument, Option } from 'commander';
import type { Shell } from './shell.ts';

/** What a command's file says about it. */
export interface Definition<Flags extends FlagGroup, Values extends readonly Value<unknown>[]> {
  readonly name: string;
  /** Its line in `tintype --help`. */
  readonly summary: string;
  /** The beginning of its own help. */
  readonly description: string;
  readonly arguments?: readonly [...Values];
  /** In the order of the help. The key of `--max-cost` is `maxCost`, as commander calls its value. */
  readonly flags: Flags;
  /** What `tintype --help` shows of it. */
  readonly examples?: readonly Example[];
  /** The end of its own help. */
  readonly afterword?: string;
  /**
   * Resolves to the exit code. Every command is loaded at each start, so an action imports what it needs, core above all,
   * when it runs.
   */
  readonly action: (call: Call<FlagsOf<Flags>>, ...values: ValuesOf<Values>) => Promise<number>;
}

/** A command line and its effect. */
export type Example = readonly [line: string, what: string];

/** What an action gets besides its arguments. */
interface Call<Flags> {
  readonly shell: Shell;
  /** Those that were given. */
  readonly flags: Flags;
  /** The names of all commands. */
  readonly commands: readonly string[];
}

/** Exists only for the type checker: the type of a flag's or an argument's value. */
declare const becomes: unique symbol;

export type Flag<T> = Option & { readonly [becomes]?: T };
export type Value<T> = Argument & { readonly [becomes]?: T };
export type FlagGroup = Readonly<Record<string, Flag<unknown>>>;

export type FlagsOf<Flags extends FlagGroup> = {
  readonly [Name in keyof Flags]?: Flags[Name] extends Flag<infer T> ? T : never;
};
type ValuesOf<Values extends readonly Value<unknown>[]> = {
  readonly [At in keyof Values]: Values[At] extends Value<infer T> ? T : never;
};

/** A complete command, whose flags and arguments may be any. */
export type Command = Required<Definition<FlagGroup, readonly Value<unknown>[]>>;

/** Completes the definition of a command. */
export function command<Flags extends FlagGroup, Values extends readonly Value<unknown>[] = []>(
  definition: Definition<Flags, Values>,
): Command {
  return {
    arguments: [],
    examples: [],
    afterword: '',
    ...definition,
    // Commander makes the values by the same flags and arguments that the types come from.
    action: definition.action as Command['action'],
  };
}

/** `--quiet` becomes `true`, `--out <file>` a text, or what `parse` makes of it and of an earlier one. */
export function flag(flags: `${string} <${string}>`, help: string): Flag<string>;
export function flag(flags: string, help: string): Flag<boolean>;
export function flag<T>(
  flags: string,
  help: string,
  parse: (text: string, previous?: T) => T,
): Flag<T>;
export function flag(flags: string, help: string, parse?: (text: string) => unknown): Option {
  const option = new Option(flags, help);
  return parse === undefined ? option : option.argParser(parse);
}

/** A flag that takes one of these words. */
export function choice<T extends string>(
  flags: string,
  help: string,
  choices: readonly T[],
): Flag<T> {
  return new Option(flags, help).choices(choices);
}

/** `<id>` becomes a text, `[ids...]` a list, or what `parse` makes of it. */
export function argument(
  name: `[${string}...]` | `<${string}...>`,
  help: string,
): Value<readonly string[]>;
export function argument(name: string, help: string): Value<string>;
export function argument<T>(name: string, help: string, parse: (text: string) => T): Value<T>;
export function argument(name: string, help: string, parse?: (text: string) => unknown): Argument {
  const value = new Argument(name, help);
  return parse === undefined ? value : value.argParser(parse);
}
