import { TintypeError } from '../errors.ts';
import { type Address, addressProblem } from './address.ts';
import { imported } from '../imported-picture.ts';
import { importedPictures } from './imported-pictures.ts';
import { openAi } from './openai/openai.ts';
import type { Provider } from './provider.ts';
import { replicate } from './replicate/replicate.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The providers that every project has, by name, and how each is made from the environment. */
export const builtIn: Readonly<Record<string, (env: Env) => Provider>> = {
  openai: (env) => openAi(openAiAddress(env)),
  replicate: () => replicate(),
  [imported]: importedPictures,
};

/** The environment variables that say where OpenAI's requests go. */
export const addressVariables: Readonly<Record<keyof Address, string>> = {
  baseUrl: 'OPENAI_BASE_URL',
  organization: 'OPENAI_ORG_ID',
  project: 'OPENAI_PROJECT_ID',
};

/** Throws a TintypeError `config` that names the wrong variable. */
function openAiAddress(env: Env): Address {
  const address = {
    baseUrl: env[addressVariables.baseUrl]?.trim() || null,
    organization: env[addressVariables.organization]?.trim() || null,
    project: env[addressVariables.project]?.trim() || null,
  };
  const wrong = addressProblem(address);
  if (wrong === null) return address;
  throw new TintypeError('config', `${addressVariables[wrong.field]} ${wrong.problem}`);
}
