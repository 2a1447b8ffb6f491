import type { FieldName, Fields } from '../fields.ts';
import type { FieldPath, Finding, ImageEntry, Manifest, Place, Row, TextRange } from '../types.ts';
import { invalidValues } from './check-rendered.ts';
import { type Findings, maxShown } from './findings.ts';
import { idProblem } from './id-problem.ts';
import type { Layer, Merged } from './merge-layers.ts';
import { renderPrompt } from './render-prompt.ts';
import { renderTemplate, variablesIn } from './render-template.ts';

/** One image's fields, merged and rendered, with functions that report mistakes in them. */
export interface Draft {
  readonly id: string;
  readonly place: Place;
  readonly fields: Fields;
  readonly ownPrompt: readonly TextRange[];
  readonly pick: number | null;
  /** Adds a finding at the place where the field was written, or at the image's id if it was not written. */
  readonly find: (field: FieldName | 'pick', finding: Finding, index?: number) => void;
  /** The place of an entry of a list field. */
  readonly placeOf: (field: FieldName | 'pick', index?: number) => Place;
}

/** What an image's draft is made of. */
interface DraftSource {
  readonly manifest: Manifest;
  readonly entry: ImageEntry;
  readonly merged: Merged;
  /** The row of `each`; `null`: the entry is one image. */
  readonly row: Row | null;
  readonly found: Findings;
}

/** An image's draft, whether its id is valid, and whether all of it is valid so far. `taken`: the ids so far, with their places. */
export function draftOf(
  source: DraftSource,
  taken: Map<string, Place>,
): { readonly draft: Draft; readonly hasValidId: boolean; readonly isValid: boolean } {
  const { manifest, entry, merged, row, found } = source;
  const render = rendererOf(source);
  const id = render(entry.id, pathOf(entry), row?.values, 'key');
  const hasValidId = id !== null && reserveId(id, source, taken);
  const fields = renderFields(merged, render);
  const prompt = renderPrompt(merged.layers, row?.values ?? {}, render);
  fields['prompt'] = prompt.text;

  const wrong = new Set(merged.wrong);
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) wrong.add(name as FieldName);
    if (value === null || value === undefined) delete fields[name];
  }
  const placed = (field: FieldName | 'pick', index?: number) =>
    placeIn(merged, prompt.layer, field, index);
  const report: Draft['find'] = (field, finding, index) => {
    const path = placed(field, index);
    const message = finding.message + rowNote(row);
    found.add(
      path === null
        ? manifest.diagnose(pathOf(entry), finding, 'key')
        : manifest.diagnose(path, { ...finding, message }),
    );
  };
  for (const { field, finding, index } of invalidValues(fields)) {
    report(field, finding, index);
    wrong.add(field);
    delete fields[field];
  }

  const draft: Draft = {
    id: id ?? entry.id,
    place: entry.place,
    fields,
    ownPrompt: prompt.own,
    pick: entry.pick,
    find: (field, finding, index) => {
      const causes = [field, ...(dependencies[field] ?? [])];
      if (!causes.some((name) => wrong.has(name))) report(field, finding, index);
    },
    placeOf: (field, index) => {
      const path = placed(field, index);
      return path === null ? entry.place : manifest.locate(path);
    },
  };
  const isValid = wrong.size === 0 && entry.broken.every((what) => what === 'rows');
  return { draft, hasValidId, isValid };
}

function pathOf({ id }: ImageEntry): FieldPath {
  return ['images', id];
}

/** Where a field's value was written; `null`: in no manifest. `promptLayer`: the layer with the image's own prompt. */
function placeIn(
  { layers, sources }: Merged,
  promptLayer: Layer | null,
  field: FieldName | 'pick',
  index: number | undefined,
): FieldPath | null {
  const own = field === 'pick' ? layers[0]! : sources.get(field);
  const path = (field === 'prompt' ? promptLayer : own)?.path ?? null;
  return path === null ? null : [...path, field, ...(index === undefined ? [] : [index])];
}

function rowNote(row: Row | null): string {
  return row?.place == null ? '' : ` (row at ${row.place.file}:${row.place.line})`;
}

/** Renders a text; `null` if it names a variable that does not exist, which is reported at `path`. */
type Render = (
  text: string,
  path: FieldPath | null,
  known?: Row['values'],
  on?: 'key' | 'value',
) => string | null;

function rendererOf({ manifest, entry, row, found }: DraftSource): Render {
  return (text, path, known = row?.values ?? {}, on = 'value') => {
    const rendered = renderTemplate(text, known);
    // If rows could not be read, any variable may exist.
    for (const name of entry.broken.includes('each') ? [] : rendered.unknown) {
      const message = `there is no variable "${name.slice(0, maxShown)}"${found.suggest(name, Object.keys(known))}`;
      const finding = { code: 'unknown-variable', message } as const;
      found.add(manifest.diagnose(path ?? pathOf(entry), finding, path === null ? 'key' : on));
    }
    return rendered.unknown.length === 0 ? rendered.text : null;
  };
}

/** Reserves an id. `false`, with a finding, if the id is invalid or another image has it. */
function reserveId(id: string, source: DraftSource, taken: Map<string, Place>): boolean {
  const { manifest, entry, row, found } = source;
  const problem = idProblem(id, entry, taken);
  taken.set(id, taken.get(id) ?? entry.place);
  if (problem === null) return true;
  const message = problem.message + (variablesIn(entry.id).length === 0 ? '' : rowNote(row));
  found.add(manifest.diagnose(pathOf(entry), { ...problem, message }, 'key'));
  return false;
}

/** The merged fields, rendered; `null` for a field with a text that could not be rendered. */
function renderFields(merged: Merged, render: Render): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(merged.merged).map(([name, value]) => {
      const path = placeIn(merged, null, name as FieldName, undefined);
      let isWhole = true;
      const rendered = mapTexts(value, path, (text, at) => {
        const result = render(text, at);
        isWhole &&= result !== null;
        return result ?? text;
      });
      return [name, isWhole ? rendered : null];
    }),
  );
}

/** A value with each text in it replaced, in lists and maps, too. */
function mapTexts(
  value: unknown,
  path: FieldPath | null,
  replace: (text: string, path: FieldPath | null) => string,
): unknown {
  const within = (key: string | number, part: unknown) =>
    mapTexts(part, path && [...path, key], replace);
  if (typeof value === 'string') return replace(value, path);
  if (Array.isArray(value)) return value.map((item: unknown, index) => within(index, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, within(key, part)] as const),
  );
}

/** The other fields that a finding about a field depends on. If one of these is wrong, the finding is not reported. */
const dependencies: Readonly<Partial<Record<FieldName | 'pick', readonly (FieldName | 'pick')[]>>> =
  {
    alt: ['decorative'],
    decorative: ['alt'],
    size: ['aspect_ratio', 'model'],
    aspect_ratio: ['size', 'model'],
    quality: ['model'],
    background: ['model'],
    complexity: ['model'],
    input_images: ['model'],
    input_fidelity: ['model', 'input_images'],
    mask: ['input_images', 'markup'],
    markup: ['input_images', 'mask', 'model'],
    crop: ['size', 'aspect_ratio', 'model'],
    widths: ['size', 'aspect_ratio', 'model', 'crop'],
    sources: ['size', 'aspect_ratio', 'model', 'formats'],
    output_format: ['background', 'formats'],
    formats: ['background', 'output_format'],
    pick: ['number_of_images'],
    number_of_images: ['pick'],
  };
