import { resolveModels } from '../../src/plan/models.ts';
import type { ProjectState } from '../../src/plan/plan-jobs.ts';

/** A project that has bought nothing yet. */
export const emptyProject: ProjectState = {
  stored: new Map(),
  attempts: new Map(),
  order: null,
  inputs: new Map(),
  refusals: new Map(),
  models: resolveModels({}),
  batchFactors: new Map(),
  freeProviders: new Set(['offline']),
  providerInputs: new Map(),
};
