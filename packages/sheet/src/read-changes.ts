import type { FieldChange, FieldValue, PictureNote, Region, Variation } from '@tintype/core';
import { limits } from '@tintype/core/internal';

/** The changes of a request, or `null` if they do not have the shape of changes. Which fields there are is checked later. */
export function readChanges(value: unknown): readonly FieldChange[] | null {
  if (!Array.isArray(value) || value.length > maxChanges) return null;
  const changes = value.map(readChange);
  return changes.includes(null) ? null : (changes as FieldChange[]);
}

/** More than a form has fields. */
const maxChanges = 200;

function readChange(value: unknown): FieldChange | null {
  if (typeof value !== 'object' || value === null) return null;
  const { layer, field, value: written } = value as Readonly<Record<string, unknown>>;
  if (typeof layer !== 'string' || typeof field !== 'string') return null;
  if (written !== null && !isFieldValue(written, 0)) return null;
  return { layer, field, value: written };
}

/** The point of the crop of a source is the deepest: a list in two maps in a list. */
const maxDepth = 4;

function isFieldValue(value: unknown, depth: number): value is FieldValue {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value !== 'object' || value === null || depth >= maxDepth) return false;
  return Object.values(value).every((member) => isFieldValue(member, depth + 1));
}

/** The variation of a request, or `null` if it does not have the shape of one. */
export function readVariation(value: unknown): Variation | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, prompt, alt, region } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof prompt !== 'string' || typeof alt !== 'string') return null;
  if (prompt.trim() === '') return null;
  if (region === null) return { id, prompt, alt, region };
  const read = readRegion(region);
  return read === null ? null : { id, prompt, alt, region: read };
}

function readRegion(value: unknown): Region | null {
  if (typeof value !== 'object' || value === null) return null;
  const { left, top, width, height } = value as Readonly<Record<string, unknown>>;
  const isPercent = (part: unknown): part is number =>
    typeof part === 'number' && part >= 0 && part <= 100;
  if (!isPercent(left) || !isPercent(top) || !isPercent(width) || !isPercent(height)) return null;
  const isInside = left + width <= 100.01 && top + height <= 100.01 && width > 0 && height > 0;
  return isInside ? { left, top, width, height } : null;
}

/** The note of a request without what it does not say, or `null` if it does not have the shape of a note. */
export function readNote(value: unknown): PictureNote | null {
  if (typeof value !== 'object' || value === null) return null;
  const {
    star = false,
    rejected = false,
    comment = '',
  } = value as Readonly<Record<string, unknown>>;
  if (typeof star !== 'boolean' || typeof rejected !== 'boolean') return null;
  if (typeof comment !== 'string' || comment.length > limits.commentLength) return null;
  return {
    ...(star && { star }),
    ...(rejected && { rejected }),
    ...(comment.trim() !== '' && { comment }),
  };
}

/** The images of a request, each once, or `null` if it names none. */
export function readIds(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.every((id) => typeof id === 'string') ? [...new Set<string>(value)] : null;
}
