import type { builtInProviders } from '../provider-names.ts';
import type { Context } from '../context.ts';
import { openAi } from '../provider/openai.ts';
import type { Provider } from '../provider/provider.ts';
import { replicate } from '../provider/replicate.ts';

/** The providers of a project by name. One is made when it is first asked for: a run that buys nothing makes none. */
export type Providers = (name: string) => Provider;

/** How the built-in providers are made from the environment. */
const builtIn: Readonly<
  Record<(typeof builtInProviders)[number], (env: Context['env']) => Provider>
> = {
  openai: (env) =>
    openAi({
      baseUrl: env['OPENAI_BASE_URL'] ?? null,
      organization: env['OPENAI_ORG_ID'] ?? null,
      project: env['OPENAI_PROJECT_ID'] ?? null,
    }),
  replicate: () => replicate(),
};

export function lazyProviders({ config, env }: Pick<Context, 'config' | 'env'>): Providers {
  const made = new Map<string, Provider>();
  return (name) => {
    const make = Object.hasOwn(builtIn, name) ? builtIn[name as keyof typeof builtIn] : undefined;
    const provider = made.get(name) ?? config.providers[name] ?? make?.(env);
    if (provider === undefined) throw new Error(`there is no provider ${name}`);
    made.set(name, provider);
    return provider;
  };
}
