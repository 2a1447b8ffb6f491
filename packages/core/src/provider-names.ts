import { builtIn } from './provider/built-in.ts';

/** The provider of stand-ins. It is not a `Provider`, because nothing has to be requested, awaited or paid. */
export const offline = 'offline';

/** The providers whose pictures Tintype draws itself. */
export const freeProviders: ReadonlySet<string> = new Set([offline]);

/** Every name that a manifest may give as its provider; `own`: those of the config. */
export function providerNames(own: Readonly<Record<string, unknown>>): string[] {
  return [...Object.keys(builtIn), offline, ...Object.keys(own)];
}
