import type { Config } from '@tintype/core';
import { editableFields, fieldOf } from '@tintype/core/internal';
import type { FormField } from './sheet.ts';

/** The fields that a page can edit, as the manifest's schema has them. */
export function formFields({ models, defaults }: Config): FormField[] {
  return editableFields.map((name) => ({
    name,
    type: typeOf(name),
    help: fieldOf(name).help,
    values: name === 'model' ? Object.keys(models) : valuesOf(name),
    usual: usualOf(defaults[name] ?? fieldOf(name).default),
  }));
}

type Name = (typeof editableFields)[number];

function usualOf(value: Config['defaults'][Name]): string {
  return value === undefined || typeof value === 'object' ? '' : String(value);
}

function typeOf(name: Name): FormField['type'] {
  switch (fieldOf(name).type) {
    case 'prompt':
      return 'lines';
    case 'integer':
      return 'number';
    case 'choice':
      return 'choice';
    case 'boolean':
      return 'check';
    default:
      return name === 'alt' || name === 'sources' ? 'lines' : 'text';
  }
}

function valuesOf(name: Name): FormField['values'] {
  const { of, examples, min, max } = fieldOf(name);
  if (of !== undefined) return of;
  if (min !== undefined && max !== undefined) return [min, max];
  return (examples ?? []).filter((example) => typeof example === 'string');
}
