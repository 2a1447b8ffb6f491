import { completePixelFields, defaults, type Fields, isVector, moves } from '../fields.ts';
import { imported, importedHash, importedModel } from '../imported-picture.ts';
import type { CallFields, InputReference, Job, Overlay } from '../types.ts';
import { checkModel } from './check-model.ts';
import { parseInputReference } from './input-reference.ts';
import type { Draft } from './draft.ts';
import type { ExpandOptions } from './expand-jobs.ts';
import { filesOf, formatsOf, isAnimation, isDrawing } from './file-fields.ts';
import { sourcesOf } from './media-sources.ts';
import { modelNamed } from './models.ts';
import { parseSize, sizeOfRatio } from './picture-size.ts';
import { framesOf } from './frame-sheet.ts';
import { didYouMean } from '../did-you-mean.ts';

/**
 * Completes a job with every field, or returns `null` if a required field is missing. Mistakes are reported through the draft,
 * each at its field.
 */
export function completeJob(draft: Draft, options: ExpandOptions): Job | null {
  const { fields, find } = draft;
  checkConflicts(draft);
  checkDrawing(draft);
  checkAnimation(draft);
  checkProvider(draft, options);
  const provider = fields.provider ?? options.provider;
  const isImported = provider === imported;
  if (isImported) checkImported(draft);
  const modelName = isImported ? importedModel : (fields.model ?? defaults.model);
  const size = isImported ? (fields.size ?? 'auto') : sizeOf(draft, options, modelName);
  if (!isImported) checkModel(draft, modelName, options.models);

  const inputs = inputsOf(draft);
  const overlay = overlayOf(draft);
  const picture = size === null ? null : parseSize(size);
  const files = filesOf(draft, picture);
  const sources = sourcesOf(draft, files, picture);
  const prompt = fields.prompt ?? (isImported ? '' : undefined);
  if (prompt === undefined) {
    find('prompt', { code: 'missing-field', message: `"${draft.id}" has no prompt` });
  }
  if (prompt === undefined || size === null) return null;

  return {
    id: draft.id,
    place: draft.place,
    modelPlace: draft.placeOf('model'),
    picture: {
      provider,
      model: modelName,
      prompt,
      size,
      ...completePixelFields(fields),
      inputs,
      overlay,
      isVector: isDrawing(fields),
      isAnimation: isAnimation(fields),
      take: fields.take ?? defaults.take,
      numberOfImages: fields.number_of_images ?? defaults.number_of_images,
    },
    ownPrompt: draft.ownPrompt,
    call: {
      moderation: (fields.moderation ?? defaults.moderation) as 'auto' | 'low',
      userId: fields.user_id ?? null,
      apiKeyName: fields.openai_api_key === undefined ? null : fields.openai_api_key.slice(2, -1),
      ...partialImagesOf(fields, modelName, options),
    },
    batch: fields.batch ?? null,
    files,
    sources,
    pick: draft.pick,
    pickPlace: draft.pick === null ? null : draft.placeOf('pick'),
  };
}

/**
 * None of a model that does not stream, of a drawing or of an animation, so that a flag or a default may ask for them everywhere.
 */
function partialImagesOf(
  fields: Fields,
  modelName: string,
  { models, partialImages }: ExpandOptions,
): Pick<CallFields, 'partialImages'> {
  const wanted = partialImages ?? fields.partial_images ?? defaults.partial_images;
  const isOfPixels = !isDrawing(fields) && !isAnimation(fields);
  const canStream = modelNamed(models, modelName).streams !== false && isOfPixels;
  return wanted > 0 && canStream ? { partialImages: wanted } : {};
}

function checkConflicts({ id, fields, pick, find }: Draft): void {
  if (fields.size !== undefined && fields.aspect_ratio !== undefined) {
    find('size', {
      code: 'conflict',
      message: 'size and aspect_ratio cannot be used together; keep one',
    });
  }
  if (fields.alt !== undefined && fields.decorative === true) {
    find('decorative', {
      code: 'conflict',
      message: 'a decorative image has no alt text; keep decorative or alt',
    });
  }
  if (fields.alt === undefined && fields.decorative !== true) {
    find('alt', {
      code: 'missing-alt',
      message: `"${id}" has no alt text; write alt: and what the picture shows, or decorative: true`,
    });
  }
  if (fields.input_fidelity === 'high' && fields.input_images === undefined) {
    find('input_fidelity', {
      code: 'conflict',
      message: 'input_fidelity needs input_images, and this image has none',
    });
  }
  const count = fields.number_of_images ?? defaults.number_of_images;
  if (pick !== null && pick > count) {
    find('pick', {
      code: 'out-of-range',
      message: `pick is ${pick}, but there ${count === 1 ? 'is 1 candidate' : `are ${count} candidates`}; pick a lower number, or raise number_of_images`,
    });
  }
  if (pick === null && count > 1) {
    find('number_of_images', {
      severity: 'warning',
      code: 'nothing-picked',
      message: `"${id}" has ${count} candidates and no pick: they are delivered as ${id}-1 to ${id}-${count}, and "${id}" means ${id}-1. Compare them with tintype review, then run tintype pick ${id} <number>`,
    });
  }
}

/** An imported picture is known by its bytes. */
function checkImported({ id, fields, find }: Draft): void {
  if (isDrawing(fields) || isAnimation(fields)) {
    const message = `an imported picture cannot be asked for as ${fields.output_format}; write it in formats`;
    find('output_format', { code: 'conflict', message });
  }
  if (importedHash(fields.provider_options) !== null) return;
  const message = `"${id}" must say which imported picture it is, as tintype import writes it: provider_options: { sha256: the 64 hex digits of its file }`;
  find('provider_options', { code: 'bad-format', message });
}

/** The conflicts of an SVG, which is bought as such: no other picture can become one. */
function checkDrawing({ id, fields, find }: Draft): void {
  const isDelivered = formatsOf(fields).some(({ format }) => isVector(format));
  if (!isDrawing(fields)) {
    if (isDelivered) {
      const message =
        'only a drawing becomes svg; write output_format: svg, which asks the model for one';
      find('formats', { code: 'conflict', message });
    }
    for (const field of ['svg_model', 'svg_effort'] as const) {
      if (fields[field] === undefined) continue;
      find(field, { code: 'conflict', message: `${field} needs output_format: svg` });
    }
  }
  if (isDelivered && fields.crop !== undefined) {
    find('crop', {
      code: 'conflict',
      message: 'an svg file is not cropped; remove crop, or svg from formats',
    });
  }
  if (fields.recolor === true && !isDelivered) {
    find('recolor', {
      code: 'conflict',
      message: `recolor changes svg files, and "${id}" has none; write output_format: svg`,
    });
  }
}

/** The conflicts of an animation, which is bought as such: no other picture can become one. */
function checkAnimation({ fields, find }: Draft): void {
  if (!isAnimation(fields)) {
    for (const field of ['frame_count', 'frame_duration_ms'] as const) {
      if (fields[field] === undefined) continue;
      find(field, { code: 'conflict', message: `${field} needs output_format: gif` });
    }
    return;
  }
  if (fields.mask !== undefined) {
    find('mask', { code: 'conflict', message: 'an animation takes no mask; remove it' });
  }
  const formats = formatsOf(fields).map(({ format }) => format);
  const still = formats.find((format) => !moves(format));
  if (still === undefined) return;
  const hidden = formats.slice(formats.indexOf(still)).find(moves);
  if (hidden !== undefined) {
    const message = `${still} files do not move, and browsers would take them instead of ${hidden}; write formats: [webp, gif]`;
    find('formats', { code: 'conflict', message });
  } else if (!formats.some(moves)) {
    find('formats', {
      severity: 'warning',
      code: 'nothing-moves',
      message: `${still} files do not move, so this animation is delivered as its first frame; formats: [webp, gif] plays it`,
    });
  }
}

function checkProvider({ fields, find }: Draft, { providers }: ExpandOptions): void {
  const { provider } = fields;
  if (provider === undefined || providers.includes(provider)) return;
  find('provider', {
    code: 'unknown-provider',
    message: `there is no provider "${provider}"; the providers are ${providers.join(', ')}${didYouMean(provider, providers)}`,
  });
}

/** The size to request; `null`, with a finding, if the model has no size with the aspect ratio. */
function sizeOf(draft: Draft, { models }: ExpandOptions, modelName: string): string | null {
  const { fields, find } = draft;
  if (fields.size !== undefined) return fields.size;
  const ratio = fields.aspect_ratio ?? defaults.aspect_ratio;
  const frames = framesOf(fields);
  const size = sizeOfRatio(modelNamed(models, modelName), ratio, frames);
  if (size !== null) return size;
  const others = Object.keys(models).filter(
    (name) => sizeOfRatio(models[name]!, ratio, frames) !== null,
  );
  find('aspect_ratio', {
    code: 'not-supported-by-model',
    message:
      others.length === 0
        ? `no model makes pictures of ${ratio}; the widest ratio is 3:1`
        : `${modelName} makes 1:1, 3:2 and 2:3, not ${ratio}; use ${others.join(' or ')}`,
  });
  return null;
}

function inputsOf({ fields, find, placeOf }: Draft): InputReference[] {
  return (fields.input_images ?? []).flatMap((written, index) => {
    const reference = parseInputReference(written, placeOf('input_images', index));
    if (typeof reference !== 'string') return [reference];
    find('input_images', { code: 'bad-input', message: reference }, index);
    return [];
  });
}

function overlayOf({ fields, find, placeOf }: Draft): Overlay | null {
  if (fields.mask !== undefined && fields.markup !== undefined) {
    const message = 'mask and markup cannot be used together; keep one';
    find('markup', { code: 'conflict', message });
  }
  const field = fields.mask === undefined ? 'markup' : 'mask';
  const written = fields[field];
  if (written === undefined) return null;
  if (fields.input_images === undefined) {
    const message = `${field} needs input_images, and this image has none`;
    find(field, { code: 'conflict', message });
  }
  const reference = parseInputReference(written, placeOf(field));
  if (typeof reference !== 'string' && reference.kind === 'file') return { field, reference };
  find(field, { code: 'bad-input', message: `${field} must be the path of a PNG file` });
  return null;
}
