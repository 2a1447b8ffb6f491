import type { FieldValue } from '@tintype/core/types';
import type { FormField } from '../../src/sheet.ts';

type FieldMap = Readonly<Record<string, FieldValue>>;

/**
 * A value as a person reads and types it: a crop with a point is `3:2 30% 20%`, a free one `area 10% 20% 50% 60%`, formats are `avif 80 lossless=true, webp`, and each
 * source has a line, `(max-width: 600px) -> crop 3:4; widths 320, 640`.
 */
export function textOf(value: FieldValue | undefined, name = ''): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    if (name === 'sources') return value.map(sourceText).join('\n');
    return value.join(', ');
  }
  if (name === 'formats') return Object.entries(value).map(formatText).join(', ');
  const {
    width = '',
    height = '',
    ratio,
    position,
    area,
  } = value as Readonly<Record<string, FieldValue>>;
  if (Array.isArray(area)) return `area ${percentsOf(area)}`;
  const size = ratio === undefined ? `${textOf(width)}x${textOf(height)}` : textOf(ratio);
  if (position === undefined) return size;
  return `${size} ${Array.isArray(position) ? percentsOf(position) : textOf(position)}`;
}

function percentsOf(values: readonly FieldValue[]): string {
  return values.map((part) => `${textOf(part)}%`).join(' ');
}

/**
 * The value of a typed text; `null`: the field is left out. What is no value of the field is returned as it was typed, so that the
 * manifest's own message says what is wrong with it.
 */
export function valueOf(field: FormField | null, text: string): FieldValue | null {
  if (text.trim() === '') return null;
  if (field?.type === 'number') return Number.isNaN(Number(text)) ? text : Number(text);
  if (field?.type === 'check') return text === 'true';
  switch (field?.name) {
    case 'crop':
      return cropOf(text.trim());
    case 'sources':
      return partsOf(text, /\n/).map(sourceOf);
    case 'formats':
      return formatsOf(partsOf(text, /,/));
    case 'widths':
      return widthsOf(text);
    case 'input_images':
      return partsOf(text, /,\s/);
    default:
      return text;
  }
}

function partsOf(text: string, between: RegExp): string[] {
  return text
    .split(between)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function widthsOf(text: string): FieldValue {
  return text.trim() === 'auto' ? 'auto' : partsOf(text, /,/).map(numberOr);
}

function numberOr(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function formatText([format, options]: readonly [string, FieldValue | null]): string {
  const { output_compression: compression, ...others } =
    typeof options === 'number' ? { output_compression: options } : ((options ?? {}) as FieldMap);
  const words = Object.entries(others).map(([name, value]) => `${name}=${textOf(value)}`);
  return [format, textOf(compression), ...words].filter((word) => word !== '').join(' ');
}

function formatsOf(parts: readonly string[]): FieldValue {
  if (parts.every((part) => !part.includes(' '))) return parts;
  return Object.fromEntries(
    parts.map((part) => {
      const [format = '', ...words] = part.split(/\s+/);
      if (words.length === 1 && /^\d+$/.test(words[0]!)) return [format, Number(words[0])];
      const options = words.map((word) => {
        const [name = '', value] = word.split('=');
        if (value === undefined) return ['output_compression', numberOr(name)];
        return [name, /^(true|false)$/.test(value) ? value === 'true' : numberOr(value)];
      });
      return [format, Object.fromEntries(options) as FieldMap];
    }),
  );
}

function sourceText(source: FieldValue): string {
  const { media, ...shown } = source as FieldMap;
  const parts = Object.entries(shown).map(([name, value]) => `${name} ${textOf(value)}`);
  return `${textOf(media)} -> ${parts.join('; ')}`;
}

function sourceOf(line: string): FieldValue {
  const [media = '', shown = ''] = line.split(/\s*(?:->|\u2192)\s*/);
  const parts = partsOf(shown, /;/).map((part) => {
    const [, name = part, text = ''] = /^(\S+)\s+(.*)$/.exec(part) ?? [];
    const value = name === 'crop' ? cropOf(text) : name === 'widths' ? widthsOf(text) : text;
    return [name, value];
  });
  return { media, ...(Object.fromEntries(parts) as FieldMap) };
}

function cropOf(text: string): FieldValue {
  const [, size = '', words] = /^(\S+)\s+(.+)$/.exec(text) ?? [];
  if (words === undefined) return text;
  const percents = /^[\d.]+%?([\s,]+[\d.]+%?)+$/.test(words)
    ? words.split(/[\s,]+/).map(parseFloat)
    : words;
  if (size === 'area') return { area: percents };
  const position = percents.length === 2 ? percents : words;
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  return width === undefined
    ? { ratio: size, position }
    : { width: Number(width), height: Number(height), position };
}

const examples: Readonly<Record<string, string>> = {
  input_images: 'tintype:hero, tintype:logo',
  widths: '640, 1280',
  formats: 'avif 80, webp, jpeg',
  sources: '(max-width: 600px) -> crop 3:4; widths 320, 640',
};

/** What may be typed where nothing else says it. */
export function example(name: string | undefined): string | null {
  return (name !== undefined && examples[name]) || null;
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
