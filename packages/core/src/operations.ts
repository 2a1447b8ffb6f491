/**
 * What one can do with a project. Each is loaded when it is first called: who imports the package for `defineConfig`, as
 * a config file does, or asks for something that has not changed, need not wait for a YAML parser.
 */

/** Where nothing has changed since a run that had nothing to do, the rest is not even loaded. */
export const generate: (typeof import('./generate.ts'))['generate'] = async (context, ids) => {
  context.noteCacheAnswer?.();
  const { generateUnchanged } = await import('./run/generate-unchanged.ts');
  const unchanged = generateUnchanged(context, ids ?? []);
  return unchanged ?? (await import('./generate.ts')).generate(context, ids);
};

export const planProject: (typeof import('./run/plan-project.ts'))['planProject'] = async (
  ...args
) => (await import('./run/plan-project.ts')).planProject(...args);

export const openImages: (typeof import('./run/open-images.ts'))['openImages'] = async (...args) =>
  (await import('./run/open-images.ts')).openImages(...args);

export const loadProject: (typeof import('./project.ts'))['loadProject'] = async (...args) =>
  (await import('./project.ts')).loadProject(...args);

export const checkProject: (typeof import('./run/check-project.ts'))['checkProject'] = async (
  ...args
) => (await import('./run/check-project.ts')).checkProject(...args);

export const verifyProject: (typeof import('./run/verify-project.ts'))['verifyProject'] = async (
  ...args
) => (await import('./run/verify-project.ts')).verifyProject(...args);

export const pruneProject: (typeof import('./run/prune-project.ts'))['pruneProject'] = async (
  ...args
) => (await import('./run/prune-project.ts')).pruneProject(...args);

export const pickCandidate: (typeof import('./run/pick-candidate.ts'))['pickCandidate'] = async (
  ...args
) => (await import('./run/pick-candidate.ts')).pickCandidate(...args);

export const confirmOnTerminal: (typeof import('./confirm-on-terminal.ts'))['confirmOnTerminal'] =
  (terminal) => async (offer) =>
    (await import('./confirm-on-terminal.ts')).confirmOnTerminal(terminal)(offer);

export const warnOfUncommitted: (typeof import('./run/uncommitted-purchases.ts'))['warnOfUncommitted'] =
  async (...args) => (await import('./run/uncommitted-purchases.ts')).warnOfUncommitted(...args);

export const uncommittedPurchases: (typeof import('./run/uncommitted-purchases.ts'))['uncommittedPurchases'] =
  async (...args) => (await import('./run/uncommitted-purchases.ts')).uncommittedPurchases(...args);
