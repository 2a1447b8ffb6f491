import { type Context, fetchInput } from '../context.ts';
import { sha256 } from '../hash.ts';
import { TintypeError } from '../errors.ts';
import { keysOf } from '../purchase/keys-of.ts';
import { checkLifetime } from '../plan/check-lifetime.ts';
import { listModels } from '../provider/list-models.ts';
import { lazyProviders } from '../purchase/providers.ts';
import type { InputFile, InputReference, Job, PlacedFinding } from '../types.ts';

/**
 * Checks that need the network: OpenAI models that the API does not have or will shut down soon, and `https:` inputs that have
 * changed since they were first fetched. Free. Every finding is a warning.
 */
export async function checkOnline(
  jobs: readonly Job[],
  inputs: ReadonlyMap<InputReference, InputFile>,
  context: Context,
): Promise<PlacedFinding[]> {
  return [...(await checkModels(jobs, context)), ...(await checkRemoteInputs(inputs, context))];
}

async function checkModels(jobs: readonly Job[], context: Context): Promise<PlacedFinding[]> {
  const ours = jobs.filter(({ picture }) => picture.provider === 'openai');
  const first = ours[0];
  if (first === undefined) return [];
  try {
    const provider = lazyProviders(context)('openai');
    const { apiKey } = keysOf(first, 'openai', provider, context);
    const { baseUrl = null } = provider;
    const listed = await listModels(baseUrl, apiKey);
    const today = context.now().toISOString().slice(0, 10);
    return ours.flatMap(({ picture: { model }, modelPlace: place }): PlacedFinding[] => {
      const date = listed.get(model);
      if (date === undefined) {
        const message = `the API has no model "${model}" for this key`;
        return [{ place, finding: { severity: 'warning', code: 'unknown-model', message } }];
      }
      const finding = checkLifetime(model, { shutdownDate: date, successor: null }, today, false);
      return finding === null ? [] : [{ place, finding }];
    });
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'key-not-allowed') throw error;
    const message = `models could not be checked: ${(error as Error).message}`;
    return [
      { place: first.modelPlace, finding: { severity: 'warning', code: 'not-checked', message } },
    ];
  }
}

async function checkRemoteInputs(
  inputs: ReadonlyMap<InputReference, InputFile>,
  context: Context,
): Promise<PlacedFinding[]> {
  const findings: PlacedFinding[] = [];
  for (const [reference, input] of inputs) {
    if (reference.kind !== 'url') continue;
    const fetched = await fetchInput(context, reference.url);
    const message =
      'problem' in fetched
        ? `input image ${fetched.problem}`
        : sha256(fetched.bytes) === input.sha256
          ? null
          : `input image ${reference.url} has changed since it was first fetched; stored pictures stay as they are`;
    if (message === null) continue;
    findings.push({
      place: reference.place,
      finding: { severity: 'warning', code: 'input-changed', message },
    });
  }
  return findings;
}
