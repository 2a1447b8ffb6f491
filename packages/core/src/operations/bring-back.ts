import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { changedFields } from '../plan/explain-missing.ts';
import { requestKey } from '../plan/request-key.ts';
import { openStore } from '../store/open-store.ts';
import type { FieldChange, FieldValue, Job, Key, Request, StoreRecord } from '../types.ts';
import { type ProposedEdit, proposeEdit } from './edit-image.ts';
import { imageEntry } from './image-entry.ts';
import { readProject } from './read-plan.ts';

/** The change that makes an image ask for a stored picture again. */
export interface BroughtBack {
  readonly changes: readonly FieldChange[];
  readonly proposal: ProposedEdit;
}

/**
 * The change of an image's own fields with which its request is that of a record, so that the stored picture is delivered again.
 * Spends nothing, writes nothing. Throws `usage` if there is no such record, or if no change of these fields leads to its request.
 */
export async function bringBack(context: Context, id: string, key: string): Promise<BroughtBack> {
  const store = await openStore(context);
  const project = await readProject(context, store, false);
  const { job, entry } = imageEntry(project, id);
  if (entry.rows !== null && entry.rows.length > 1)
    throw new TintypeError(
      'usage',
      `"${id}" is one of ${entry.rows.length} images of an entry, and its fields are theirs, too; give it an entry of its own, or edit its row`,
    );
  const stored = await store.stored();
  const found = stored.get(key as Key);
  if (found?.kind !== 'record')
    throw new TintypeError('usage', `there is no picture ${key.slice(0, 12)}… in the store`);
  const changes = changesTo(job, found.record, (candidate) =>
    stored.has(requestKey(candidateOf(found.record.request, candidate))),
  );
  const proposal = await proposeEdit(context, id, changes);
  const rows = proposal.planAfter.requests.filter((row) => row.id === id);
  if (rows.some((row) => row.key === key)) return { changes, proposal };
  const nearest = rows.find(({ request }) => request !== null)?.request;
  const changed = nearest == null ? [] : changedFields(found.record.request, nearest);
  const parts =
    changed.length === 0
      ? 'its inputs are'
      : `${changed.join(', ')} ${changed.length === 1 ? 'is' : 'are'}`;
  throw new TintypeError(
    'usage',
    `this picture cannot be brought back by fields of "${id}" alone: ${parts} different today, because of a preset, a default or an input that has changed since`,
  );
}

function candidateOf(request: Request, candidate: number): Request {
  const { candidate: _before, ...first } = request;
  return candidate === 1 ? first : { ...first, candidate };
}

/** `isStored`: whether another candidate of the same request is in the store. */
function changesTo(
  { picture, ownPrompt, pick }: Job,
  { request }: StoreRecord,
  isStored: (candidate: number) => boolean,
): FieldChange[] {
  const candidate = request.candidate ?? 1;
  let several = candidate;
  while (several < picture.numberOfImages && isStored(several + 1)) several++;
  const set = (field: string, value: FieldValue | null, isSame: boolean): FieldChange[] =>
    isSame ? [] : [{ layer: 'image', field, value }];
  const own = ownPart(request.prompt, picture.prompt, ownPrompt);
  const isPicked = several === 1 ? pick === null : pick === candidate;
  return [
    ...set('prompt', own.replaceAll('{{', String.raw`\{{`), request.prompt === picture.prompt),
    ...set('model', request.model, request.model === picture.model),
    ...set('quality', request.quality, request.quality === picture.quality),
    ...set('background', request.background, request.background === picture.background),
    ...(request.size === picture.size
      ? []
      : [...set('aspect_ratio', null, false), ...set('size', request.size, false)]),
    ...set('take', request.take ?? 1, (request.take ?? 1) === picture.take),
    ...set('number_of_images', several, several === picture.numberOfImages),
    ...set('pick', several === 1 ? null : candidate, isPicked),
  ];
}

/** The image's own words in an older prompt, if presets wrapped it as they do today; otherwise all of it. */
function ownPart(before: string, now: string, own: Job['ownPrompt']): string {
  const [range] = own;
  if (range === undefined || own.length > 1) return before;
  const head = now.slice(0, range.start);
  const tail = now.slice(range.end);
  const isWrapped =
    before.startsWith(head) && before.endsWith(tail) && before.length > head.length + tail.length;
  return isWrapped ? before.slice(head.length, before.length - tail.length) : before;
}
