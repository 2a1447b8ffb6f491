/**
 * The operations on a project. Each is loaded when it is first called, so that a config file that imports `defineConfig`,
 * or a run in which nothing has changed, does not wait for a YAML parser.
 */

/** If nothing has changed since a run that had nothing to do, the full `generate` is not loaded. */
export const generate: (typeof import('./generate.ts'))['generate'] = async (context, ids) => {
  await context.noteCacheAnswer?.();
  const { generateUnchanged } = await import('./operations/generate-unchanged.ts');
  const unchanged = await generateUnchanged(context, ids ?? []);
  return unchanged ?? (await import('./generate.ts')).generate(context, ids);
};

export const planProject: (typeof import('./operations/plan-project.ts'))['planProject'] = async (
  ...args
) => (await import('./operations/plan-project.ts')).planProject(...args);

export const planChanges: (typeof import('./operations/plan-changes.ts'))['planChanges'] = async (
  ...args
) => (await import('./operations/plan-changes.ts')).planChanges(...args);

export const openImages: (typeof import('./operations/open-images.ts'))['openImages'] = async (
  ...args
) => (await import('./operations/open-images.ts')).openImages(...args);

export const loadProject: (typeof import('./project/project.ts'))['loadProject'] = async (
  ...args
) => (await import('./project/project.ts')).loadProject(...args);

export const checkProject: (typeof import('./operations/check-project.ts'))['checkProject'] =
  async (...args) => (await import('./operations/check-project.ts')).checkProject(...args);

export const verifyProject: (typeof import('./operations/verify-project.ts'))['verifyProject'] =
  async (...args) => (await import('./operations/verify-project.ts')).verifyProject(...args);

export const pruneProject: (typeof import('./operations/prune-project.ts'))['pruneProject'] =
  async (...args) => (await import('./operations/prune-project.ts')).pruneProject(...args);

export const pushOriginals: (typeof import('./operations/transfer-originals.ts'))['pushOriginals'] =
  async (...args) => (await import('./operations/transfer-originals.ts')).pushOriginals(...args);

export const pullOriginals: (typeof import('./operations/transfer-originals.ts'))['pullOriginals'] =
  async (...args) => (await import('./operations/transfer-originals.ts')).pullOriginals(...args);

export const pruneRemote: (typeof import('./operations/prune-remote.ts'))['pruneRemote'] = async (
  ...args
) => (await import('./operations/prune-remote.ts')).pruneRemote(...args);

export const mergeShards: (typeof import('./operations/merge-shards.ts'))['mergeShards'] = async (
  ...args
) => (await import('./operations/merge-shards.ts')).mergeShards(...args);

export const openWorker: (typeof import('./operations/open-worker.ts'))['openWorker'] = async (
  ...args
) => (await import('./operations/open-worker.ts')).openWorker(...args);

export const submitBatches: (typeof import('./operations/batch-project.ts'))['submitBatches'] =
  async (...args) => (await import('./operations/batch-project.ts')).submitBatches(...args);

export const collectProject: (typeof import('./operations/batch-project.ts'))['collectProject'] =
  async (...args) => (await import('./operations/batch-project.ts')).collectProject(...args);

export const openBatches: (typeof import('./operations/batch-project.ts'))['openBatches'] = async (
  ...args
) => (await import('./operations/batch-project.ts')).openBatches(...args);

export const cancelBatches: (typeof import('./operations/batch-project.ts'))['cancelBatches'] =
  async (...args) => (await import('./operations/batch-project.ts')).cancelBatches(...args);

export const warnOfDueBatches: (typeof import('./operations/due-batches.ts'))['warnOfDueBatches'] =
  async (...args) => (await import('./operations/due-batches.ts')).warnOfDueBatches(...args);

export const pickCandidate: (typeof import('./operations/pick-candidate.ts'))['pickCandidate'] =
  async (...args) => (await import('./operations/pick-candidate.ts')).pickCandidate(...args);

export const confirmOnTerminal: (typeof import('./purchase/confirm-on-terminal.ts'))['confirmOnTerminal'] =
  (terminal) => async (offer) =>
    (await import('./purchase/confirm-on-terminal.ts')).confirmOnTerminal(terminal)(offer);

export const warnOfUncommitted: (typeof import('./operations/uncommitted-purchases.ts'))['warnOfUncommitted'] =
  async (...args) =>
    (await import('./operations/uncommitted-purchases.ts')).warnOfUncommitted(...args);

export const uncommittedPurchases: (typeof import('./operations/uncommitted-purchases.ts'))['uncommittedPurchases'] =
  async (...args) =>
    (await import('./operations/uncommitted-purchases.ts')).uncommittedPurchases(...args);
