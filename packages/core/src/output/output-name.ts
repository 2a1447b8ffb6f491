/** The name of the asset map in the output folder. */
export const assetMapName = 'tintype.assets.json';

/** The name of the claim that a run holds while it reads the asset map and writes it again. */
export const finishClaimName = '.tintype-finish.claim';

/** The journal, which is in the output folder from a run's first write until its end. `token`: the run's 12 hex digits. */
export function journalName(token: string): string {
  return `.tintype-writing-${token}.json`;
}

export function isJournalName(name: string): boolean {
  return journalToken(name) !== null;
}

/** The run's token in the name of its journal; `null`: not the name of a journal. */
export function journalToken(name: string): string | null {
  return /^\.tintype-writing-([0-9a-f]{12})\.json$/.exec(name)?.[1] ?? null;
}

/**
 * Whether a name may be one of our files: segments of `a-z 0-9 . -` joined by `/`, none of which begins with a dot. Such a
 * name never leads out of the folder, and is neither a journal nor a temporary file.
 */
export function isOutputName(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z0-9-][a-z0-9.-]*(\/[a-z0-9-][a-z0-9.-]*)*$/.test(name);
}
