/**
 * What one can do with a project. Each is loaded when it is first called: who imports the package for `defineConfig`, as
 * a config file does, or asks for something that has not changed, need not wait for a YAML parser.
 */

type Generate = typeof import('./generate.ts');

export const generate: Generate['generate'] = async (...args) =>
  (await import('./generate.ts')).generate(...args);

export const planProject: Generate['planProject'] = async (...args) =>
  (await import('./generate.ts')).planProject(...args);

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
