import {
  type AssetMap,
  type Job,
  type Key,
  type PlanChanges,
  type PlannedRequest,
  type StoreRecord,
  toBuy,
} from '@tintype/core';
import { costsOf } from '@tintype/core/internal';
import { byImage, totalOf } from './price-of.ts';
import type { ImageChange, SheetBase } from './sheet.ts';

/** How a project differs from a commit, without pictures: those of records are made where the store is. */
export interface BaseChanges {
  readonly base: Omit<SheetBase, 'ref' | 'gone'>;
  readonly gone: readonly {
    readonly id: string;
    readonly manifest: string;
    readonly records: readonly StoreRecord[];
  }[];
  readonly changeOf: (
    id: string,
  ) => Omit<ImageChange, 'before'> & { readonly records: readonly StoreRecord[] };
}

/** Compares a project with a commit, by image. `assetMap`: that of today. */
export function baseChanges(
  { plan, commit, pictures, before, assetMapBefore }: PlanChanges,
  assetMap: AssetMap | null,
): BaseChanges {
  const jobsBefore = new Map(before.jobs.map((job) => [job.id, job]));
  const jobs = new Map(plan.jobs.map((job) => [job.id, job]));
  const requests = byImage(plan.requests);
  const requestsBefore = byImage(before.requests);
  const compared = Map.groupBy(pictures, ({ id }) => id);
  const keysBefore = keysOf(before.requests);
  const keys = keysOf(plan.requests);
  const isAdded = ({ key }: PlannedRequest): boolean => key === null || !keysBefore.has(key);

  const changeOf: BaseChanges['changeOf'] = (id) => {
    const all = compared.get(id) ?? [];
    const old = jobsBefore.get(id);
    const now = jobs.get(id);
    const isNew = all.length > 0 && all.every(({ change }) => change === 'new');
    const changed = [
      ...new Set([
        ...all.flatMap((one) => one.changed),
        ...(all.some(({ change }) => change === 'gone') ||
        (all.some(({ change }) => change === 'new') && !isNew)
          ? ['number_of_images']
          : []),
        ...(old === undefined || now === undefined ? [] : changedFileFields(old, now)),
      ]),
    ];
    const differs = changed.length > 0 || all.some(({ change }) => change !== 'same');
    const records = recordsOf(requestsBefore.get(id) ?? []).filter(({ key }) => !keys.has(key));
    const spentUsd = costsOf(recordsOf((requests.get(id) ?? []).filter(isAdded))).costUsd;
    return { kind: isNew ? 'new' : differs ? 'changed' : 'same', changed, spentUsd, records };
  };

  const kinds = plan.jobs.map(({ id }) => changeOf(id).kind);
  const added = plan.requests.filter(isAdded);
  const bought = costsOf(recordsOf(added));
  const missing = toBuy(added);
  const gone = [
    ...new Set(
      pictures.filter(({ change, id }) => change === 'gone' && !jobs.has(id)).map(({ id }) => id),
    ),
  ];
  return {
    base: {
      commit,
      new: kinds.filter((kind) => kind === 'new').length,
      changed: kinds.filter((kind) => kind === 'changed').length,
      spentUsd: bought.costUsd,
      unknownCosts: bought.unknown,
      toBuyUsd: missing.length === 0 ? { low: 0, high: 0 } : totalOf(missing),
      deliveredBytes:
        assetMap === null || assetMapBefore === null
          ? null
          : { before: bytesOf(assetMapBefore), after: bytesOf(assetMap) },
    },
    gone: gone.map((id) => ({
      id,
      manifest: jobsBefore.get(id)?.place.file ?? '',
      records: recordsOf(requestsBefore.get(id) ?? []),
    })),
    changeOf,
  };
}

function changedFileFields(before: Job, after: Job): string[] {
  const parts = (job: Job): Readonly<Record<string, unknown>> => ({
    ...job.files,
    // A source that only moved in the file has not changed.
    sources: job.sources.map((source) => ({ ...source, place: null })),
    pick: job.pick,
  });
  const old = parts(before);
  return Object.entries(parts(after)).flatMap(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(old[name]) ? [] : [name],
  );
}

/** Each record once, because two images may ask for one picture. */
function recordsOf(requests: readonly PlannedRequest[]): StoreRecord[] {
  const records = requests.flatMap(({ stored }) =>
    stored?.kind === 'record' ? [stored.record] : [],
  );
  return [...new Map(records.map((record) => [record.key, record])).values()];
}

function keysOf(requests: readonly PlannedRequest[]): ReadonlySet<Key> {
  return new Set(requests.flatMap(({ key }) => key ?? []));
}

function bytesOf({ images }: AssetMap): number {
  return Object.values(images)
    .flatMap(({ files }) => files)
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
