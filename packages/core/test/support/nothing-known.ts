import { resolveModels } from '../../src/plan/models.ts';
import type { Known } from '../../src/plan/plan-jobs.ts';

/** What planning knows of a project that has bought nothing yet. */
export const nothingKnown: Known = {
  stored: new Map(),
  attempts: new Map(),
  order: null,
  inputs: new Map(),
  refusals: new Map(),
  models: resolveModels({}),
  freeProviders: new Set(['offline']),
  providerInputs: new Map(),
};
