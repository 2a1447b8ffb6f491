import type { builtInProviders } from '../provider-names.ts';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { type Address, addressProblem } from '../provider/address.ts';
import { openAi } from '../provider/openai/openai.ts';
import type { Provider } from '../provider/provider.ts';
import type { Destination, SentVariable, Source } from '../provider/refuse-key.ts';
import { replicate } from '../provider/replicate/replicate.ts';
import { repeatsSecret, secretsIn } from '../secrets.ts';

/** The providers of a project by name. One is made when it is first asked for: a run that buys nothing makes none. */
export type Providers = (name: string) => Provider;

/** How the built-in providers are made from the environment. */
const builtIn: Readonly<
  Record<(typeof builtInProviders)[number], (env: Context['env']) => Provider>
> = {
  openai: (env) => openAi(openAiAddress(env)),
  replicate: () => replicate(),
};

/** Throws a TintypeError `config` that names the variable which is wrong. */
function openAiAddress(env: Context['env']): Address {
  const address = {
    baseUrl: env[variables.baseUrl]?.trim() || null,
    organization: env[variables.organization]?.trim() || null,
    project: env[variables.project]?.trim() || null,
  };
  const wrong = addressProblem(address);
  if (wrong === null) return address;
  throw new TintypeError('config', `${variables[wrong.field]} ${wrong.problem}`);
}

const variables: Readonly<Record<keyof Address, string>> = {
  baseUrl: 'OPENAI_BASE_URL',
  organization: 'OPENAI_ORG_ID',
  project: 'OPENAI_PROJECT_ID',
};

export function lazyProviders({ config, env }: Pick<Context, 'config' | 'env'>): Providers {
  const made = new Map<string, Provider>();
  return (name) => {
    const make = Object.hasOwn(builtIn, name) ? builtIn[name as keyof typeof builtIn] : undefined;
    const provider = made.get(name) ?? config.providers[name] ?? make?.(env);
    if (provider === undefined) throw new Error(`there is no provider ${name}`);
    refuseSecretInputs(name, provider, env);
    made.set(name, provider);
    return provider;
  };
}

/** A provider's configured inputs are part of every record and key. */
function refuseSecretInputs(name: string, { inputs }: Provider, env: Context['env']): void {
  const text = inputs === null ? '' : JSON.stringify(inputs);
  if (!repeatsSecret(text, secretsIn(env))) return;
  throw new TintypeError(
    'config',
    `the configuration of provider ${name} adds a key or token to every request, and requests are kept in the store, which is committed; give it to the provider in another way`,
  );
}

/** Who set a variable: the environment that the process was started with is the person's. */
export function sourceOf(name: string, { realEnv }: Pick<Context, 'realEnv'>): Source {
  return realEnv[name] === undefined ? 'clone' : 'person';
}

/** Where a provider's requests go, and who decided it. Providers in a config are code, so the person decided. */
export function destinationOf(
  name: string,
  { baseUrl = null }: Provider,
  { config, env, realEnv }: Pick<Context, 'config' | 'env' | 'realEnv'>,
): Destination {
  if (Object.hasOwn(config.providers, name) || name !== 'openai') {
    return { baseUrl, name: `the baseUrl of provider ${name}`, source: 'person', accounts: [] };
  }
  const accounts = [variables.organization, variables.project]
    .filter((variable) => env[variable]?.trim())
    .map((variable): SentVariable => ({ name: variable, source: sourceOf(variable, { realEnv }) }));
  const source = sourceOf(variables.baseUrl, { realEnv });
  return { baseUrl, name: variables.baseUrl, source, accounts };
}
