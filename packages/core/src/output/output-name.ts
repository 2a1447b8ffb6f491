/** The asset map, beside the files. */
export const ASSET_MAP_NAME = 'tintype.assets.json';

/** Stands in the output folder from a run's first write to its end, and says what the run may write. */
export const JOURNAL_NAME = '.tintype-writing.json';

/**
 * Whether a name may be a file of ours, wherever it was read: segments of `a-z 0-9 . -` joined by `/`, none of which
 * begins with a dot. So it leads out of no folder, and is neither the journal nor a temporary file.
 */
export function isOutputName(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z0-9-][a-z0-9.-]*(\/[a-z0-9-][a-z0-9.-]*)*$/.test(name);
}
