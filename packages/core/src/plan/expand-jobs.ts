import type { Fields } from '../fields.ts';
import type { Diagnostic, Job, Manifest, Place } from '../types.ts';
import { checkGraph } from './check-graph.ts';
import { outputClashes } from './check-outputs.ts';
import { completeJob } from './complete-job.ts';
import { draftOf } from './draft.ts';
import { Findings } from './findings.ts';
import { layersOf, mergeLayers } from './merge-layers.ts';
import type { ModelTable } from './models.ts';
import { ProjectSize } from './project-size.ts';
import { isUnread, mayBeIdOf } from './unread-entries.ts';

/** The part of the config that expansion needs. */
export interface ExpandOptions {
  readonly defaults: Fields;
  /** The provider of images that name none. */
  readonly provider: string;
  /** The names that `provider` may have. */
  readonly providers: readonly string[];
  readonly models: ModelTable;
  /** Partial pictures of every image; `null`: as manifests say. */
  readonly partialImages: number | null;
}

export interface Expanded {
  /** The ids of all images, including those with mistakes. */
  readonly ids: ReadonlySet<string>;
  /** In manifest order, without images that have a mistake. */
  readonly jobs: readonly Job[];
  /** The same jobs, and the known parts of images that have a mistake, because their inputs are checked, too. */
  readonly checkable: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Applies defaults, presets, `each` and templates: one job for each image, and the mistakes that only the merged fields show. */
export function expandJobs(manifests: readonly Manifest[], options: ExpandOptions): Expanded {
  const found = new Findings();
  const taken = new Map<string, Place>();
  const jobs: Job[] = [];
  const checkable: Job[] = [];
  const size = new ProjectSize();
  expanding: for (const manifest of manifests) {
    for (const entry of manifest.images) {
      const merged = mergeLayers(layersOf(manifest, entry, options.defaults, found), entry.broken);
      for (const row of entry.rows ?? [null]) {
        const before = found.errors;
        const { draft, hasValidId, isValid } = draftOf(
          { manifest, entry, merged, row, found },
          taken,
        );
        const job = completeJob(draft, options);
        size.add(draft, job);
        const message = size.problem();
        if (message !== null) {
          const finding = { code: 'too-many-images', message } as const;
          found.add(manifest.diagnose(['images', entry.id], finding, 'key'));
          break expanding;
        }
        if (job === null || !hasValidId) continue;
        checkable.push(job);
        if (isValid && found.errors === before) jobs.push(job);
      }
    }
  }
  const ids = new Set(taken.keys());
  const unread = manifests.flatMap(({ images }) => images.filter(isUnread));
  const mayExist = (id: string): boolean => unread.some((entry) => mayBeIdOf(entry, id));
  for (const { place, finding } of [
    ...outputClashes(jobs),
    ...checkGraph(checkable, jobs, ids, mayExist),
  ]) {
    const manifest = manifests.find(({ file }) => file === place.file);
    if (manifest !== undefined) found.add(manifest.diagnoseAt(place, finding));
  }
  return { ids, jobs, checkable, diagnostics: found.all };
}
