import { didYouMean } from '../did-you-mean.ts';
import { TintypeError } from '../errors.ts';

/** A check of an option, and words for what it must be. */
export type OptionCheck = readonly [fits: (value: unknown) => boolean, words: string];

/**
 * Refuses unknown options and options with an invalid value. If a misspelt option such as an address were ignored, requests
 * would go to the wrong place. No value is repeated, because it may be a key. Throws a TintypeError `config`. An option that is
 * `undefined` counts as left out.
 */
export function checkOptions<Options extends object>(
  provider: string,
  options: Options,
  checks: Readonly<Record<keyof Required<Options> & string, OptionCheck>>,
): void {
  const problem = problemIn(options, checks);
  if (problem !== null) throw new TintypeError('config', `${provider}: ${problem}`);
}

function problemIn(options: unknown, checks: Readonly<Record<string, OptionCheck>>): string | null {
  if (!isMap(options)) return 'its options must be a map';
  const names = Object.keys(checks);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) return unknown(name, names);
    const [fits, words] = checks[name]!;
    if (value !== undefined && !fits(value)) return `${name} must be ${words}`;
  }
  return null;
}

function unknown(name: string, names: readonly string[]): string {
  const isKey = /^(api_?)?(key|token|secret)$/i.test(name) || /api_?(key|token)$/i.test(name);
  if (isKey)
    return `there is no option "${name}": a key is never in a config; put it into the environment${names.includes('apiKeyName') ? ', and name the variable with apiKeyName' : ''}`;
  const near = didYouMean(name, names);
  return `there is no option "${name}"${near === '' ? `; there are ${names.join(', ')}` : near}`;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** The same check for an option that may be `null`. */
export function orNull([fits, words]: OptionCheck): OptionCheck {
  return [(value) => value === null || fits(value), `${words}, or null`];
}
