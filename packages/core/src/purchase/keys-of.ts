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

type World = Pick<Context, 'config' | 'env' | 'realEnv' | 'linkedNames'>;

/**
 * The only function that gives a key to a host. Throws `key-not-allowed` if the key may not go there, and `api-key-missing`
 * if it is not set.
 */
export function keysOf(
  job: Pick<Job, 'id' | 'call'>,
  providerName: string,
  provider: Provider,
  world: World,
): Keys {
  const { config, env, realEnv } = world;
  const named = job.call.apiKeyName;
  const listed = [...config.apiKeyVariables, ...listIn(realEnv[keyListVariable])];
  refuse(job, named === null ? null : keyNameProblem(named, listed));

  const name = keyNameOf(job, provider);
  const apiKey = name === null ? null : env[name]?.trim() || null;
  if (name !== null && apiKey === null) {
    throw new TintypeError('api-key-missing', `${name} is not set`, { imageId: job.id });
  }
  const key = name === null ? null : keyVariable(name, world);
  const trusted = trustedHostsIn(realEnv[trustVariable]);
  refuse(job, refuseKey(key, destinationOf(providerName, provider, world), trusted));

  // Otherwise the call would be billed to the account whose key came with the clone.
  const openAi = keyVariable(openAiKeyNameOf(job), world);
  const isForeign = key?.source === 'clone' && openAi.source === 'person';
  return { apiKey, openAiKey: isForeign ? null : env[openAi.name]?.trim() || null };
}

/** A linked file may belong to the person. Then its keys do, too. */
function keyVariable(name: string, world: World): SentVariable {
  const source = world.linkedNames.has(name) ? 'person' : sourceOf(name, world);
  return { name, source };
}

function refuse({ id }: Pick<Job, 'id'>, problem: string | null): void {
  if (problem === null) return;
  throw new TintypeError('key-not-allowed', problem, { imageId: id });
}

function listIn(text: string | undefined): string[] {
  return (text ?? '').split(',').map((name) => name.trim());
}
