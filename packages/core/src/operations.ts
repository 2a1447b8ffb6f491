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

export const planProject = lazy(
  async () => (await import('./operations/plan-project.ts')).planProject,
);
export const deliveredAsset = lazy(
  async () => (await import('./operations/delivered-asset.ts')).deliveredAsset,
);
export const planChanges = lazy(
  async () => (await import('./operations/plan-changes.ts')).planChanges,
);
export const openImages = lazy(
  async () => (await import('./operations/open-images.ts')).openImages,
);
export const loadProject = lazy(async () => (await import('./project/project.ts')).loadProject);
export const checkProject = lazy(
  async () => (await import('./operations/check-project.ts')).checkProject,
);
export const examineProject = lazy(
  async () => (await import('./operations/examine-project.ts')).examineProject,
);
export const exportOriginals = lazy(
  async () => (await import('./operations/export-originals.ts')).exportOriginals,
);
export const importPictures = lazy(
  async () => (await import('./operations/import-pictures.ts')).importPictures,
);
export const verifyProject = lazy(
  async () => (await import('./operations/verify-project.ts')).verifyProject,
);
export const pruneProject = lazy(
  async () => (await import('./operations/prune-project.ts')).pruneProject,
);
export const pushOriginals = lazy(
  async () => (await import('./operations/transfer-originals.ts')).pushOriginals,
);
export const pullOriginals = lazy(
  async () => (await import('./operations/transfer-originals.ts')).pullOriginals,
);
export const pruneRemote = lazy(
  async () => (await import('./operations/prune-remote.ts')).pruneRemote,
);
export const mergeShards = lazy(
  async () => (await import('./operations/merge-shards.ts')).mergeShards,
);
export const encodeProject = lazy(
  async () => (await import('./operations/encode-project.ts')).encodeProject,
);
export const openWorker = lazy(
  async () => (await import('./operations/open-worker.ts')).openWorker,
);
export const submitBatches = lazy(
  async () => (await import('./operations/batch-project.ts')).submitBatches,
);
export const collectProject = lazy(
  async () => (await import('./operations/batch-project.ts')).collectProject,
);
export const watchBatches = lazy(
  async () => (await import('./operations/watch-batches.ts')).watchBatches,
);
export const openBatches = lazy(
  async () => (await import('./operations/batch-project.ts')).openBatches,
);
export const cancelBatches = lazy(
  async () => (await import('./operations/batch-project.ts')).cancelBatches,
);
export const listKnownModels = lazy(
  async () => (await import('./operations/list-known-models.ts')).listKnownModels,
);
export const readCosts = lazy(async () => (await import('./operations/read-costs.ts')).readCosts);
export const readCostsBy = lazy(
  async () => (await import('./operations/read-costs.ts')).readCostsBy,
);
export const readReport = lazy(
  async () => (await import('./operations/read-report.ts')).readReport,
);
export const measureFiles = lazy(
  async () => (await import('./operations/measure-files.ts')).measureFiles,
);
export const warnOfDueBatches = lazy(
  async () => (await import('./operations/due-batches.ts')).warnOfDueBatches,
);
export const pickCandidate = lazy(
  async () => (await import('./operations/pick-candidate.ts')).pickCandidate,
);
export const editableImage = lazy(
  async () => (await import('./operations/edit-image.ts')).editableImage,
);
export const proposeEdit = lazy(
  async () => (await import('./operations/edit-image.ts')).proposeEdit,
);
export const editImage = lazy(async () => (await import('./operations/edit-image.ts')).editImage);
export const proposeVariation = lazy(
  async () => (await import('./operations/vary-image.ts')).proposeVariation,
);
export const varyImage = lazy(async () => (await import('./operations/vary-image.ts')).varyImage);
export const bringBack = lazy(async () => (await import('./operations/bring-back.ts')).bringBack);
export const readNotes = lazy(
  async () => (await import('./operations/picture-notes.ts')).readNotes,
);
export const noteOnPicture = lazy(
  async () => (await import('./operations/picture-notes.ts')).noteOnPicture,
);
export const rewriteFiles = lazy(
  async () => (await import('./operations/rewrite-file.ts')).rewriteFiles,
);
export const warnOfUncommitted = lazy(
  async () => (await import('./operations/uncommitted-purchases.ts')).warnOfUncommitted,
);
export const uncommittedPurchases = lazy(
  async () => (await import('./operations/uncommitted-purchases.ts')).uncommittedPurchases,
);

export const confirmOnTerminal: (typeof import('./purchase/confirm-on-terminal.ts'))['confirmOnTerminal'] =
  (terminal) => async (offer) =>
    (await import('./purchase/confirm-on-terminal.ts')).confirmOnTerminal(terminal)(offer);

/** An operation whose module is loaded at the first call. */
function lazy<Operation extends (...args: never[]) => Promise<unknown>>(
  load: () => Promise<Operation>,
): Operation {
  const call = async (...args: Parameters<Operation>) => (await load())(...args);
  return call as Operation;
}
