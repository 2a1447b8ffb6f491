import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { addressVariables, builtIn } from '../provider/built-in.ts';
import type { Provider } from '../provider/provider.ts';
import type { Destination, SentVariable, Source } from '../provider/refuse-key.ts';
import { repeatsSecret, secretsIn } from '../secrets.ts';

/** The providers of a project by name. Each is made when it is first needed, so a run that buys nothing makes none. */
export type Providers = (name: string) => Provider;

export function lazyProviders({ config, env }: Pick<Context, 'config' | 'env'>): Providers {
  const opened = new Map<string, Provider>();
  return (name) => {
    const make = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
    const provider = opened.get(name) ?? config.providers[name] ?? make?.(env);
    if (provider === undefined) throw new Error(`there is no provider ${name}`);
    refuseSecretInputs(name, provider, env);
    opened.set(name, provider);
    return provider;
  };
}

/** A secret among a provider's configured inputs would be in every record. */
function refuseSecretInputs(name: string, { inputs }: Provider, env: Context['env']): void {
  const text = inputs === null ? '' : JSON.stringify(inputs);
  if (!repeatsSecret(text, secretsIn(env))) return;
  throw new TintypeError(
    'config',
    `the configuration of provider ${name} adds a key or token to every request, and requests are kept in the store, which is committed; give it to the provider in another way`,
  );
}

/**
 * Who set a variable. The user set the variables of the environment in which the process was
 * started.
 */
export function sourceOf(name: string, { realEnv }: Pick<Context, 'realEnv'>): Source {
  return realEnv[name] === undefined ? 'clone' : 'user';
}

/**
 * Where a provider's requests go, and who decided that. A provider in a config is code, so the user
 * decided.
 */
export function destinationOf(
  name: string,
  { baseUrl = null }: Provider,
  { config, env, realEnv }: Pick<Context, 'config' | 'env' | 'realEnv'>,
): Destination {
  if (Object.hasOwn(config.providers, name) || name !== 'openai') {
    return { baseUrl, name: `the baseUrl of provider ${name}`, source: 'user', accounts: [] };
  }
  const accounts = [addressVariables.organization, addressVariables.project]
    .filter((variable) => env[variable]?.trim())
    .map((variable): SentVariable => ({ name: variable, source: sourceOf(variable, { realEnv }) }));
  const source = sourceOf(addressVariables.baseUrl, { realEnv });
  return { baseUrl, name: addressVariables.baseUrl, source, accounts };
}
