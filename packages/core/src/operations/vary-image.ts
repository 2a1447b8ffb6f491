import { dirname, join } from 'node:path/posix';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { drawMask } from '../image/draw-mask.ts';
import { editText } from '../manifest/edit-text.ts';
import { addEntry } from '../manifest/write-value.ts';
import { idMistake } from '../plan/id-problem.ts';
import { openStore } from '../store/open-store.ts';
import type { FieldValue, ImageEntry, Job, Variation } from '../types.ts';
import {
  type EditResult,
  propose,
  type ProposedEdit,
  unchanged,
  type WriteFiles,
  writeProposed,
} from './edit-image.ts';
import { imageEntry } from './image-entry.ts';
import { planRead } from './read-plan.ts';

/** What the project would be with a variation of an image. Spends nothing, writes nothing. Throws `usage` as `varyImage`. */
export function proposeVariation(
  context: Context,
  id: string,
  variation: Variation,
): Promise<ProposedEdit> {
  return propose(context, id, variationWritten(context, id, variation));
}

/**
 * Adds an image below another one in its manifest: with the same fields, the other one's picture as its input, and an instruction as
 * its prompt. A region becomes a mask beside the manifest. Spends nothing. Throws `usage` for an id that is invalid or taken, and for a
 * region of a picture that is not bought yet.
 */
export function varyImage(
  context: Context,
  id: string,
  variation: Variation,
  revision: string,
): Promise<EditResult> {
  return writeProposed(context, id, variationWritten(context, id, variation), revision);
}

function variationWritten(context: Context, id: string, variation: Variation): WriteFiles {
  const { root } = context.config;
  return async (project) => {
    const { job, manifest, entry } = imageEntry(project, id);
    const mistake = idMistake(variation.id);
    if (mistake !== null) throw new TintypeError('usage', mistake);
    if (project.jobs.some((known) => known.id === variation.id))
      throw new TintypeError('usage', `there is an image "${variation.id}" already`);
    const mask =
      variation.region === null
        ? null
        : { name: `${variation.id.replaceAll('/', '-')}.mask.png`, region: variation.region };
    const file = await unchanged(root, manifest.file, project.texts);
    const fields = fieldsOf(job, entry, variation, mask?.name ?? null);
    const written = editText(file.before, (text) => addEntry(text, entry.id, variation.id, fields));
    if ('problem' in written)
      throw new TintypeError('usage', `${manifest.file}: ${written.problem}; add it by hand`);
    const edited = { ...file, after: written.bytes };
    if (mask === null) return [edited];
    const store = await openStore(context);
    const { plan } = await planRead(context, store, project, { ids: [id], mayBuy: false });
    const source = plan.requests.find((row) => row.id === id && row.number === (job.pick ?? 1));
    if (source?.stored?.kind !== 'record')
      throw new TintypeError(
        'usage',
        `a region needs the picture of "${id}", which is not bought yet`,
      );
    const bytes = await drawMask(source.stored.record.original, mask.region);
    return [edited, { file: join(dirname(manifest.file), mask.name), before: null, after: bytes }];
  };
}

/** What a variation does not have from its source: what makes the first picture, and what chooses among several. */
const ownFields: ReadonlySet<string> = new Set([
  'prompt',
  'number_of_images',
  'take',
  'input_images',
  'mask',
  'markup',
  'alt',
  'decorative',
]);

function fieldsOf(
  { id, pick, picture }: Job,
  { fields, presets }: ImageEntry,
  { prompt, alt }: Variation,
  mask: string | null,
): Readonly<Record<string, FieldValue>> {
  const kept = Object.entries(fields).filter(
    ([name, value]) =>
      value !== undefined && !ownFields.has(name) && !JSON.stringify(value).includes('{{'),
  );
  const isSeveral = picture.numberOfImages > 1 && pick === null;
  return {
    ...(presets.length === 1 && { preset: presets[0]! }),
    ...(presets.length > 1 && { preset: presets }),
    prompt: prompt.replaceAll('{{', String.raw`\{{`),
    input_images: [`tintype:${id}${isSeveral ? '@1' : ''}`],
    ...(mask !== null && { mask: `./${mask}` }),
    ...(Object.fromEntries(kept) as Record<string, FieldValue>),
    ...(alt.trim() === '' ? { decorative: true } : { alt: alt.replaceAll('{{', String.raw`\{{`) }),
  };
}
