import type { InputReference, Job } from '@tintype/core';
import { defaults, fieldOf, pixelFieldNames } from '@tintype/core/internal';
import type { Parameter } from './sheet.ts';

/**
 * The parameters of an image, by their names in a manifest. Those with their default value are left out, except for size
 * and quality.
 */
export function parametersOf({ picture, call, files, sources }: Job): Parameter[] {
  const { crop, formats, widths } = files;
  const rows: readonly (readonly [string, string | number | null])[] = [
    ['size', picture.size],
    ['quality', picture.quality],
    ...pixelFieldNames
      .filter((name) => name !== 'quality')
      .map((name) => [name, shown(unless(picture[name], fieldOf(name).default))] as const),
    ['input_images', list(picture.inputs.map(nameOf))],
    ...overlays.map((field) => [field, overlayOf(picture, field)] as const),
    ['number_of_images', unless(picture.numberOfImages, 1)],
    ['take', unless(picture.take, 1)],
    ['moderation', unless(call.moderation, defaults.moderation)],
    ['formats', list(formats.map(({ format, compression }) => `${format} ${compression}`))],
    ['widths', list(widths)],
    ['crop', crop === null ? null : cropText(crop)],
    ['sources', list(sources.map(({ media }) => media))],
    ['sizes', files.sizes],
    ['placeholder', unless(files.placeholder, defaults.placeholder)],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [{ name, value: String(value) }]));
}

const overlays = ['mask', 'markup'] as const;

function overlayOf({ overlay }: Job['picture'], field: (typeof overlays)[number]): string | null {
  return overlay?.field === field ? nameOf(overlay.reference) : null;
}

function cropText(crop: NonNullable<Job['files']['crop']>): string {
  if ('area' in crop) return `area ${crop.area.join('% ')}%`;
  const size = 'ratio' in crop ? crop.ratio : `${crop.width}x${crop.height}`;
  const { position } = crop;
  return `${size} ${typeof position === 'string' ? position : `${position.join('% ')}%`}`;
}

function shown<T>(value: T | Readonly<Record<string, unknown>> | null) {
  return typeof value === 'object' && value !== null ? list(optionsOf(value)) : value;
}

/** `seed: 7` */
function optionsOf(options: object): string[] {
  return Object.entries(options).map(([name, value]) => `${name}: ${String(value)}`);
}

function unless<T>(value: T, usual: unknown): T | null {
  return value === usual ? null : value;
}

function list(values: readonly (string | number)[]): string | null {
  return values.length === 0 ? null : values.join(', ');
}

function nameOf(reference: InputReference): string {
  switch (reference.kind) {
    case 'file':
      return reference.path;
    case 'url':
      return reference.url;
    case 'image':
      return `tintype:${reference.id}${reference.candidate === null ? '' : `@${reference.candidate}`}`;
  }
}
