import { didYouMean } from '../did-you-mean.ts';
import { choices, type FieldName, type Fields, formats, forms, limits } from '../fields.ts';
import { outputNames } from '../file-names.ts';
import type {
  Diagnostic,
  FieldPath,
  Finding,
  ImageEntry,
  Job,
  Manifest,
  Place,
  Row,
} from '../types.ts';
import { checkGraph } from './check-graph.ts';
import { completeJob } from './complete-job.ts';
import { deliveriesOf } from './deliveries.ts';
import type { ModelTable } from './models.ts';
import { renderTemplate } from './render-template.ts';

/** What expansion needs of the config. */
export interface ExpandOptions {
  readonly defaults: Fields;
  /** The provider of images that name none. */
  readonly provider: string;
  /** The names that `provider` may have. */
  readonly providers: readonly string[];
  readonly models: ModelTable;
}

export interface Expanded {
  /** Of every image, those with mistakes included. */
  readonly ids: ReadonlySet<string>;
  /** In manifest order; an image with a mistake is not among them. */
  readonly jobs: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a merged value was written, nearest first: the image, its presets from the last, the file, the config. */
export interface Layer {
  readonly fields: Fields;
  /** `null` for the config, which has no place in a manifest. */
  readonly path: FieldPath | null;
}

/** One image's fields, merged and rendered, and a way to say what is wrong with them. */
export interface Draft {
  readonly id: string;
  readonly place: Place;
  readonly fields: Fields;
  readonly pick: number | null;
  /** Puts a finding where the field was written; a field that nobody wrote: at the image's id. */
  readonly find: (field: FieldName | 'pick', finding: Finding, index?: number) => void;
  /** The place of an entry of a list field. */
  readonly placeOf: (field: FieldName, index?: number) => Place;
}

/** Defaults, presets, `each` and templates: one job an image, and every mistake that only shows once they are merged. */
export function expandJobs(manifests: readonly Manifest[], options: ExpandOptions): Expanded {
  const found = new Findings();
  const taken = new Map<string, Place>();
  const jobs: Job[] = [];
  for (const manifest of manifests) {
    for (const entry of manifest.images) {
      for (const draft of draftsOf(manifest, entry, options, found)) {
        const idFinding = idProblem(draft, taken);
        taken.set(draft.id, taken.get(draft.id) ?? draft.place);
        if (idFinding !== null)
          found.add(manifest.diagnose(['images', entry.id], idFinding, 'key'));
        if (entry.isBroken) continue;
        const before = found.errors;
        const job = completeJob(draft, options);
        if (job !== null && found.errors === before && idFinding === null) jobs.push(job);
      }
    }
  }
  for (const { place, finding } of [...outputClashes(jobs), ...checkGraph(jobs, new Set(taken.keys()))]) {
    const manifest = manifests.find(({ file }) => file === place.file);
    if (manifest !== undefined) found.add(manifest.diagnoseAt(place, finding));
  }
  return { ids: new Set(taken.keys()), jobs, diagnostics: found.all };
}

/** Diagnostics, each said once: a mistake in a preset is the same mistake in every image that uses it. */
class Findings {
  readonly #seen = new Map<string, Diagnostic>();
  errors = 0;

  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.errors++;
    const { file, line, column, code, message } = diagnostic;
    this.#seen.set([file, line, column, code, message].join('\0'), diagnostic);
  }

  get all(): readonly Diagnostic[] {
    return [...this.#seen.values()];
  }
}

function* draftsOf(
  manifest: Manifest,
  entry: ImageEntry,
  options: ExpandOptions,
  found: Findings,
): Generator<Draft> {
  const at: FieldPath = ['images', entry.id];
  const layers: Layer[] = [{ fields: entry.fields, path: at }];
  for (const [index, name] of entry.presets.entries()) {
    const fields = manifest.presets.get(name);
    if (fields === undefined) {
      const message = `there is no preset "${name}"${didYouMean(name, manifest.presets.keys())}`;
      found.add(manifest.diagnose([...at, 'preset', index], { code: 'unknown-preset', message }));
    } else {
      layers.splice(1, 0, { fields, path: ['presets', name] });
    }
  }
  layers.push(
    { fields: manifest.defaults, path: ['defaults'] },
    { fields: options.defaults, path: null },
  );

  for (const row of entry.rows ?? [null]) {
    yield draftOf(manifest, entry, layers, row, found);
  }
}

function draftOf(
  manifest: Manifest,
  entry: ImageEntry,
  layers: readonly Layer[],
  row: Row | null,
  found: Findings,
): Draft {
  const variables = row?.values ?? {};
  const at: FieldPath = ['images', entry.id];
  const unknown = (
    names: readonly string[],
    path: FieldPath,
    on?: 'key',
    known = variables,
  ): void => {
    for (const name of names) {
      const message = `there is no variable "${name}"${didYouMean(name, Object.keys(known))}`;
      found.add(manifest.diagnose(path, { code: 'unknown-variable', message }, on));
    }
  };

  const id = renderTemplate(entry.id, variables);
  unknown(id.unknown, at, 'key');

  const merged = mergeLayers(layers);
  const pathOf = (field: FieldName | 'pick', index?: number): FieldPath | null => {
    if (field === 'pick') return [...at, 'pick'];
    const layer = layers.find(({ fields }) => fields[field] !== undefined);
    if (layer === undefined) return null;
    return layer.path === null
      ? null
      : [...layer.path, field, ...(index === undefined ? [] : [index])];
  };
  const find: Draft['find'] = (field, finding, index) => {
    const path = pathOf(field, index);
    const diagnostic = manifest.diagnose(path ?? at, finding, path === null ? 'key' : 'value');
    found.add(
      row?.place == null || path === null
        ? diagnostic
        : {
            ...diagnostic,
            message: `${diagnostic.message} (row at ${row.place.file}:${row.place.line})`,
          },
    );
  };
  const render = (text: string, path: FieldPath): string => {
    const rendered = renderTemplate(text, variables);
    unknown(rendered.unknown, path);
    return rendered.text;
  };

  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(merged)) {
    const path = pathOf(name as FieldName) ?? at;
    if (typeof value === 'string') fields[name] = render(value, path);
    else if (Array.isArray(value)) {
      fields[name] = value.map((item: unknown, index) =>
        typeof item === 'string' ? render(item, [...path, index]) : item,
      );
    } else fields[name] = value;
  }
  const prompt = renderPrompt(layers, variables, (names, path) =>
    unknown(names, path ?? at, undefined, { ...variables, prompt: '' }),
  );
  if (prompt !== null) fields['prompt'] = prompt;

  return {
    id: id.text,
    place: entry.place,
    fields: checkWords(fields as Fields, merged, find),
    pick: entry.pick,
    find,
    placeOf: (field, index) => {
      const path = pathOf(field, index);
      return path === null ? entry.place : manifest.locate(path);
    },
  };
}

/** The fields that say the same thing in two ways: the nearest layer that has either decides. */
const alternatives: readonly (readonly FieldName[])[] = [
  ['size', 'aspect_ratio'],
  ['alt', 'decorative'],
];

function mergeLayers(layers: readonly Layer[]): Fields {
  const merged: Record<string, unknown> = {};
  for (const { fields } of layers) {
    const decided = alternatives
      .filter((names) => names.some((name) => merged[name] !== undefined))
      .flat();
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined || merged[name] !== undefined) continue;
      if (name !== 'prompt' && !decided.includes(name as FieldName)) merged[name] = value;
    }
  }
  return merged;
}

/**
 * The image's prompt, then from the nearest layer to the farthest: a prompt with `{{ prompt }}` in it wraps what there
 * is, any other counts only where there is none yet. `null` where nobody wrote one.
 */
function renderPrompt(
  layers: readonly Layer[],
  variables: Row['values'],
  unknown: (names: readonly string[], path: FieldPath | null) => void,
): string | null {
  let prompt: string | null = null;
  for (const [index, { fields, path }] of orderOfWrapping(layers).entries()) {
    const template = fields.prompt;
    if (template === undefined) continue;
    const wraps = index > 0 && /\{\{\s*prompt\s*\}\}/.test(template);
    if (prompt !== null && !wraps) continue;
    const rendered = renderTemplate(
      template,
      prompt === null ? variables : { ...variables, prompt },
    );
    unknown(rendered.unknown, path === null ? null : [...path, 'prompt']);
    prompt = rendered.text;
  }
  return prompt;
}

/** The image, its presets from left to right, the file, the config: layers have the presets from the right. */
function orderOfWrapping(layers: readonly Layer[]): readonly Layer[] {
  const [image, ...rest] = layers;
  return [image!, ...rest.slice(0, -2).toReversed(), ...rest.slice(-2)];
}

/** What a template became must still be one of the field's words; a field that is not is left out. */
function checkWords(fields: Fields, written: Fields, find: Draft['find']): Fields {
  const checked: Record<string, unknown> = { ...fields };
  const reject = (
    name: FieldName,
    message: string,
    code: Finding['code'],
    index?: number,
  ): void => {
    find(name, { code, message }, index);
    delete checked[name];
  };
  for (const [name, words] of Object.entries(choices) as [FieldName, readonly string[]][]) {
    const value = fields[name];
    if (typeof value !== 'string' || value === written[name] || words.includes(value)) continue;
    reject(
      name,
      `${name} may not be "${value}"; it is one of ${words.join(', ')}${didYouMean(value, words)}`,
      'not-allowed',
    );
  }
  for (const [name, { pattern, is }] of Object.entries(forms) as [
    FieldName,
    { pattern: RegExp; is: string },
  ][]) {
    const value = fields[name];
    if (typeof value !== 'string' || value === written[name] || pattern.test(value)) continue;
    if (name === 'openai_api_key') reject(name, `openai_api_key must be ${is}`, 'literal-api-key');
    else reject(name, `${name} must be ${is}, not "${value}"`, 'bad-format');
  }
  if (Array.isArray(fields.formats)) {
    const bad = fields.formats.findIndex((format) => !formats.includes(format));
    if (bad !== -1) {
      const value = String(fields.formats[bad]);
      const message = `formats may not have "${value}"; it is one of ${formats.join(', ')}${didYouMean(value, formats)}`;
      reject('formats', message, 'not-allowed', bad);
    }
  }
  const prompt = fields.prompt;
  if (prompt !== undefined && (prompt.length === 0 || prompt.length > limits.promptLength)) {
    const message = `prompt must have 1 to 32,000 characters once rendered, it has ${prompt.length.toLocaleString('en')}`;
    reject('prompt', message, 'out-of-range');
  }
  return checked as Fields;
}

/** `a-z 0-9 -` in segments joined by `/`; no segment may be empty. */
const idPattern = /^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/;
const maxIdLength = 200;

function idProblem(draft: Draft, taken: ReadonlyMap<string, Place>): Finding | null {
  const { id } = draft;
  if (id.includes('{{')) return null;
  if (!idPattern.test(id) || id.length > maxIdLength) {
    return {
      code: 'bad-id',
      message: `an id is segments of a-z, 0-9 and - joined by /, at most ${maxIdLength} characters; "${id.slice(0, 60)}" is not`,
    };
  }
  const first = taken.get(id);
  if (first === undefined) return null;
  return {
    code: 'duplicate-id',
    message: `"${id}" is the id of another image, at ${first.file}:${first.line}`,
  };
}

/** Images that would be delivered under a file name that another one has. */
function outputClashes(
  jobs: readonly Job[],
): { readonly finding: Finding; readonly place: Place }[] {
  const owners = new Map<string, Job>();
  const clashes = [];
  for (const job of jobs) {
    for (const file of deliveriesOf(job).flatMap(({ name }) => outputNames(name, job.files))) {
      const owner = owners.get(file);
      if (owner === undefined) owners.set(file, job);
      else if (owner !== job) {
        const message = `"${job.id}" would be delivered as ${file}, which is a file of "${owner.id}" at ${owner.place.file}:${owner.place.line}`;
        clashes.push({ finding: { code: 'duplicate-output' as const, message }, place: job.place });
        break;
      }
    }
  }
  return clashes;
}
