import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Provider } from '../provider/provider.ts';
import {
  refuseKey,
  type SentVariable,
  trustedHostsIn,
  trustVariable,
} from '../provider/refuse-key.ts';
import type { Job } from '../types.ts';
import { keyListVariable, keyNameOf, keyNameProblem, openAiKeyNameOf } from './key-name.ts';
import { destinationOf, sourceOf } from './providers.ts';

/** The keys that an image's calls carry; `null`: none. */
export interface Keys {
  readonly apiKey: string | null;
  /** See `Order.openAiKey`. */
  readonly openAiKey: string | null;
}

type KeyContext = Pick<Context, 'config' | 'env' | 'realEnv' | 'linkedNames'>;

/**
 * The only function that gives a key to a host. Throws `key-not-allowed` if the key may not go there, and `api-key-missing`
 * if it is not set.
 */
export function keysOf(
  job: Pick<Job, 'id' | 'call'>,
  providerName: string,
  provider: Provider,
  context: KeyContext,
): Keys {
  const { config, env, realEnv } = context;
  const named = job.call.apiKeyName;
  const listed = [...config.apiKeyVariables, ...listIn(realEnv[keyListVariable])];
  refuse(job, named === null ? null : keyNameProblem(named, listed));

  const name = keyNameOf(job, provider);
  const apiKey = name === null ? null : env[name]?.trim() || null;
  if (name !== null && apiKey === null) {
    throw new TintypeError('api-key-missing', `${name} is not set`, { imageId: job.id });
  }
  const key = name === null ? null : keyVariable(name, context);
  const trusted = trustedHostsIn(realEnv[trustVariable]);
  refuse(job, refuseKey(key, destinationOf(providerName, provider, context), trusted));

  // The user's OpenAI key is not sent through an account whose key came with the clone.
  const openAi = keyVariable(openAiKeyNameOf(job), context);
  const isForeign = key?.source === 'clone' && openAi.source === 'user';
  return { apiKey, openAiKey: isForeign ? null : env[openAi.name]?.trim() || null };
}

/** A linked file may belong to the user, and its keys then belong to the user, too. */
function keyVariable(name: string, context: KeyContext): SentVariable {
  const source = context.linkedNames.has(name) ? 'user' : sourceOf(name, context);
  return { name, source };
}

function refuse({ id }: Pick<Job, 'id'>, problem: string | null): void {
  if (problem === null) return;
  throw new TintypeError('key-not-allowed', problem, { imageId: id });
}

function listIn(text: string | undefined): string[] {
  return (text ?? '').split(',').map((name) => name.trim());
}
