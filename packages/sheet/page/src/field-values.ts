import type { FieldValue } from '@tintype/core/types';
import type { FormField } from '../../src/sheet.ts';

/** A value as a person reads and types it: a crop with a point is `3:2 30% 20%`. */
export function textOf(value: FieldValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.join(', ');
  const {
    width = '',
    height = '',
    ratio,
    position,
  } = value as Readonly<Record<string, FieldValue>>;
  const size = ratio === undefined ? `${textOf(width)}x${textOf(height)}` : textOf(ratio);
  if (position === undefined) return size;
  return `${size} ${Array.isArray(position) ? position.map((part) => `${textOf(part)}%`).join(' ') : textOf(position)}`;
}

/**
 * The value of a typed text; `null`: the field is left out. What is no value of the field is returned as it was typed, so that the
 * manifest's own message says what is wrong with it.
 */
export function valueOf(field: FormField | null, text: string): FieldValue | null {
  if (text.trim() === '') return null;
  if (field?.type === 'number') return Number.isNaN(Number(text)) ? text : Number(text);
  if (field?.type === 'check') return text === 'true';
  if (field?.name === 'crop') return cropOf(text.trim());
  return text;
}

function cropOf(text: string): FieldValue {
  const [, size = '', words] = /^(\S+)\s+(.+)$/.exec(text) ?? [];
  if (words === undefined) return text;
  const point = /^([\d.]+)%?[\s,]+([\d.]+)%?$/.exec(words);
  const position = point === null ? words : [Number(point[1]), Number(point[2])];
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  return width === undefined
    ? { ratio: size, position }
    : { width: Number(width), height: Number(height), position };
}

/** A variable of a row stays a number, or true or false, if it was one. */
export function cellOf(old: FieldValue, text: string): FieldValue {
  if (typeof old === 'number' && text.trim() !== '' && String(Number(text)) === text.trim())
    return Number(text);
  if (typeof old === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/** `number_of_images`, as a label. */
export function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
