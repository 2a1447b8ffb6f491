import { didYouMean } from '../did-you-mean.ts';
import { type FieldName, fieldNames, type Fields, idForm } from '../fields.ts';
import type {
  Diagnostic,
  FieldPath,
  Finding,
  ImageEntry,
  Job,
  Manifest,
  Place,
  Row,
  TextRange,
} from '../types.ts';
import { checkGraph } from './check-graph.ts';
import { outputClashes } from './check-outputs.ts';
import { wrongWords } from './check-rendered.ts';
import { completeJob } from './complete-job.ts';
import type { ModelTable } from './models.ts';
import { placesOf, renderTemplate, variablesIn } from './render-template.ts';

/** The part of the config that expansion needs. */
export interface ExpandOptions {
  readonly defaults: Fields;
  /** The provider of images that name none. */
  readonly provider: string;
  /** The names that `provider` may have. */
  readonly providers: readonly string[];
  readonly models: ModelTable;
}

export interface Expanded {
  /** The ids of all images, including those with mistakes. */
  readonly ids: ReadonlySet<string>;
  /** In manifest order, without images that have a mistake. */
  readonly jobs: readonly Job[];
  /** The same jobs, and the known parts of images with a mistake, whose inputs are checked, too. */
  readonly checkable: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a merged value was written, nearest first: the image, its presets from the last, the file, the config. */
interface Layer {
  readonly fields: Fields;
  /** `null` for the config, which has no place in a manifest. */
  readonly path: FieldPath | null;
}

/** One image's fields, merged and rendered, and a way to report mistakes in them. */
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

/** Defaults, presets, `each` and templates: one job an image, and every mistake that only shows once they are merged. */
export function expandJobs(manifests: readonly Manifest[], options: ExpandOptions): Expanded {
  const found = new Findings();
  const taken = new Map<string, Place>();
  const jobs: Job[] = [];
  const checkable: Job[] = [];
  const size = new ProjectSize();
  expanding: for (const manifest of manifests) {
    for (const entry of manifest.images) {
      const layers = mergeLayers(layersOf(manifest, entry, options, found), entry.broken);
      for (const row of entry.rows ?? [null]) {
        const before = found.errors;
        const { draft, isNamed, isWhole } = draftOf(manifest, entry, layers, row, taken, found);
        const job = completeJob(draft, options);
        size.add(draft, job);
        const message = size.problem();
        if (message !== null) {
          const finding = { code: 'too-many-images', message } as const;
          found.add(manifest.diagnose(['images', entry.id], finding, 'key'));
          break expanding;
        }
        if (job === null || !isNamed) continue;
        checkable.push(job);
        if (isWhole && found.errors === before) jobs.push(job);
      }
    }
  }
  const ids = new Set(taken.keys());
  const unread = manifests.flatMap(({ images }) => images.filter(isUnread));
  const mayBe = (id: string): boolean => unread.some((entry) => mayBeIdOf(entry, id));
  for (const { place, finding } of [
    ...outputClashes(jobs),
    ...checkGraph(checkable, jobs, ids, mayBe),
  ]) {
    const manifest = manifests.find(({ file }) => file === place.file);
    if (manifest !== undefined) found.add(manifest.diagnoseAt(place, finding));
  }
  return { ids, jobs, checkable, diagnostics: found.all };
}

/** Counts the size of a project and enforces its limit, because a data file of 10 MB can multiply itself. */
class ProjectSize {
  #pictures = 0;
  #files = 0;
  #characters = 0;

  add({ id, fields }: Draft, job: Job | null): void {
    const pictures = job?.picture.numberOfImages ?? 1;
    this.#pictures += pictures;
    this.#files +=
      pictures * ((job?.files.widths.length ?? 0) + 1) * (job?.files.formats.length ?? 1);
    this.#characters += id.length + lengthOfTexts(fields);
  }

  problem(): string | null {
    return (
      this.#over(this.#pictures, 100_000, 'pictures') ??
      this.#over(this.#files, 1_000_000, 'files') ??
      this.#over(this.#characters, 250_000_000, 'characters of text')
    );
  }

  #over(count: number, limit: number, what: string): string | null {
    return count <= limit
      ? null
      : `up to here, with its rows written out, the project has over ${limit.toLocaleString('en')} ${what}; split it into several projects`;
  }
}

function lengthOfTexts(fields: Fields): number {
  let length = 0;
  for (const value of Object.values(fields)) {
    if (typeof value === 'string') length += value.length;
    else if (Array.isArray(value)) {
      for (const item of value) length += typeof item === 'string' ? item.length : 1;
    }
  }
  return length;
}

/** Whether rows of an entry could not be read, so its images are unknown. */
function isUnread({ broken }: ImageEntry): boolean {
  return broken.includes('each') || broken.includes('rows');
}

/**
 * Whether an id may be one of an entry's images: each variable is a character or more. What is between variables is
 * looked for once, from left to right, which takes linear time where a regular expression goes back and forth.
 */
function mayBeIdOf({ id: template }: ImageEntry, id: string): boolean {
  const [first = '', ...between] = template.split(variablePattern);
  const last = between.pop();
  if (last === undefined) return id === first;
  if (!id.startsWith(first) || !id.endsWith(last)) return false;
  let end = first.length;
  for (const text of between) {
    const at = id.indexOf(text, end + 1);
    if (at === -1) return false;
    end = at + text.length;
  }
  return end + 1 <= id.length - last.length;
}

const variablePattern = /\{\{[^{}]*\}\}/;

const maxSuggestions = 200;

/** Characters of a name in a message. */
const maxShown = 100;

/** Diagnostics, each said once: a mistake in a preset is the same mistake in every image that uses it. */
class Findings {
  readonly #seen = new Map<string, Diagnostic>();
  errors = 0;

  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.errors++;
    const { file, line, column, code, message } = diagnostic;
    this.#seen.set([file, line, column, code, message].join('\0'), diagnostic);
  }

  /** More suggestions would not be read, and each takes a search through thousands of names. */
  suggest(word: string, names: Iterable<string>): string {
    return this.errors < maxSuggestions ? didYouMean(word, names) : '';
  }

  get all(): readonly Diagnostic[] {
    return [...this.#seen.values()];
  }
}

/** The layers of an entry. If a preset does not exist, every field of it counts as wrong, because it could have set any. */
function layersOf(
  manifest: Manifest,
  entry: ImageEntry,
  options: ExpandOptions,
  found: Findings,
): readonly Layer[] {
  const at: FieldPath = ['images', entry.id];
  const presets = entry.presets.map((name, index): Layer => {
    const fields = manifest.presets.get(name);
    if (fields !== undefined) return { fields, path: ['presets', name] };
    const message = `there is no preset "${name.slice(0, maxShown)}"${found.suggest(name, manifest.presets.keys())}`;
    found.add(manifest.diagnose([...at, 'preset', index], { code: 'unknown-preset', message }));
    return { fields: allWrong, path: null };
  });
  if (entry.broken.includes('preset')) presets.push({ fields: allWrong, path: null });
  const config = Object.entries(options.defaults).filter(([, value]) => value !== undefined);
  return [
    { fields: entry.fields, path: at },
    ...presets.toReversed(),
    { fields: manifest.defaults, path: ['defaults'] },
    { fields: Object.fromEntries(config), path: null },
  ];
}

const allWrong: Fields = Object.fromEntries(fieldNames.map((name) => [name, undefined]));

/** An image's draft, whether its name is right, and whether all of it is right so far. */
function draftOf(
  manifest: Manifest,
  entry: ImageEntry,
  { layers, merged, sources, wrong: alreadyWrong }: Merged,
  row: Row | null,
  taken: Map<string, Place>,
  found: Findings,
): { readonly draft: Draft; readonly isNamed: boolean; readonly isWhole: boolean } {
  const variables = row?.values ?? {};
  const at: FieldPath = ['images', entry.id];
  const wrong = new Set(alreadyWrong);

  let promptLayer: Layer | null = null;
  const pathOf = (field: FieldName | 'pick', index?: number): FieldPath | null => {
    const layer =
      field === 'prompt' ? promptLayer : field === 'pick' ? layers[0]! : sources.get(field);
    const path = layer?.path ?? null;
    return path === null ? null : [...path, field, ...(index === undefined ? [] : [index])];
  };
  const rowNote = row?.place == null ? '' : ` (row at ${row.place.file}:${row.place.line})`;
  const report: Draft['find'] = (field, finding, index) => {
    const path = pathOf(field, index);
    const message = finding.message + rowNote;
    found.add(
      path === null
        ? manifest.diagnose(at, finding, 'key')
        : manifest.diagnose(path, { ...finding, message }),
    );
  };
  const find: Draft['find'] = (field, finding, index) => {
    const causes = [field, ...(dependencies[field] ?? [])];
    if (!causes.some((name) => wrong.has(name))) report(field, finding, index);
  };
  /** Renders a text; `null` if it names a variable that does not exist. */
  const render = (
    text: string,
    path: FieldPath | null,
    known = variables,
    on: 'key' | 'value' = 'value',
  ): string | null => {
    const rendered = renderTemplate(text, known);
    // If rows could not be read, any variable may exist.
    for (const name of entry.broken.includes('each') ? [] : rendered.unknown) {
      const message = `there is no variable "${name.slice(0, maxShown)}"${found.suggest(name, Object.keys(known))}`;
      const finding = { code: 'unknown-variable', message } as const;
      found.add(manifest.diagnose(path ?? at, finding, path === null ? 'key' : on));
    }
    return rendered.unknown.length === 0 ? rendered.text : null;
  };

  const id = render(entry.id, at, variables, 'key');
  const problem = id === null ? null : idProblem(id, entry, taken);
  if (id !== null) taken.set(id, taken.get(id) ?? entry.place);
  if (problem !== null) {
    const message = problem.message + (variablesIn(entry.id).length === 0 ? '' : rowNote);
    found.add(manifest.diagnose(at, { ...problem, message }, 'key'));
  }

  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(merged)) {
    const path = pathOf(name as FieldName);
    if (typeof value === 'string') fields[name] = render(value, path);
    else if (Array.isArray(value)) {
      const items = value.map((item: unknown, index) =>
        typeof item === 'string' ? render(item, path && [...path, index]) : item,
      );
      fields[name] = items.includes(null) ? null : items;
    } else fields[name] = value;
  }
  const prompt = renderPrompt(layers, variables, render);
  fields['prompt'] = prompt.text;
  promptLayer = prompt.layer;
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) wrong.add(name as FieldName);
    if (value === null || value === undefined) delete fields[name];
  }
  for (const { field, finding, index } of wrongWords(fields)) {
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
    find,
    placeOf: (field, index) => {
      const path = pathOf(field, index);
      return path === null ? entry.place : manifest.locate(path);
    },
  };
  const isNamed = id !== null && problem === null;
  return {
    draft,
    isNamed,
    isWhole: wrong.size === 0 && entry.broken.every((what) => what === 'rows'),
  };
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
    mask: ['input_images'],
    crop: ['size', 'aspect_ratio', 'model'],
    widths: ['size', 'aspect_ratio', 'model', 'crop'],
    output_format: ['background', 'formats'],
    formats: ['background', 'output_format'],
    pick: ['number_of_images'],
    number_of_images: ['pick'],
  };

interface Merged {
  readonly layers: readonly Layer[];
  /** Without the prompt, which is wrapped rather than merged. */
  readonly merged: Fields;
  /** The layer that decided a field. */
  readonly sources: ReadonlyMap<FieldName, Layer>;
  /** A field that is present but `undefined` is invalid and was reported already. */
  readonly wrong: ReadonlySet<FieldName | 'pick'>;
}

/** The nearest layer that has a field decides. */
function mergeLayers(layers: readonly Layer[], broken: ImageEntry['broken']): Merged {
  const merged: Record<string, unknown> = {};
  const sources = new Map<FieldName, Layer>();
  const wrong = new Set<FieldName | 'pick'>(broken.includes('pick') ? ['pick'] : []);
  for (const layer of layers) {
    const nearer: Nearer = { fields: { ...merged }, wrong: new Set(wrong) };
    for (const [key, value] of Object.entries(layer.fields)) {
      const name = key as FieldName;
      const isDecided = sources.has(name) || alternatives[name]?.(nearer);
      if (name === 'prompt' || isDecided) continue;
      sources.set(name, layer);
      if (value === undefined) wrong.add(name);
      else merged[name] = value;
    }
  }
  return { layers, merged, sources, wrong };
}

interface Nearer {
  readonly fields: Fields;
  readonly wrong: ReadonlySet<string>;
}

/** Whether a nearer layer sets the same thing with another field. */
const alternatives: Readonly<Partial<Record<FieldName, (nearer: Nearer) => boolean>>> = {
  size: ({ fields, wrong }) => fields.aspect_ratio !== undefined || wrong.has('aspect_ratio'),
  aspect_ratio: ({ fields, wrong }) => fields.size !== undefined || wrong.has('size'),
  alt: ({ fields, wrong }) => fields.decorative === true || wrong.has('decorative'),
  decorative: ({ fields, wrong }) => fields.alt !== undefined || wrong.has('alt'),
};

/**
 * The image's prompt, then from the nearest layer to the farthest: a prompt with `{{ prompt }}` in it wraps what there
 * is, any other counts only where there is none yet. `undefined` where nobody wrote one, `null` where one is wrong;
 * `layer` is the one that the others wrap, and `own` where its words ended up.
 */
function renderPrompt(
  layers: readonly Layer[],
  variables: Row['values'],
  render: (text: string, path: FieldPath | null, known: Row['values']) => string | null,
): {
  readonly text: string | null | undefined;
  readonly layer: Layer | null;
  readonly own: readonly TextRange[];
} {
  let text: string | undefined;
  let innermost: Layer | null = null;
  let own: readonly TextRange[] = [];
  for (const layer of orderOfWrapping(layers)) {
    const { fields, path } = layer;
    if (!Object.hasOwn(fields, 'prompt')) continue;
    if (fields.prompt === undefined) return { text: null, layer, own: [] };
    const wraps = layer !== layers[0] && variablesIn(fields.prompt).includes('prompt');
    if (text !== undefined && !wraps) continue;
    // If there is nothing to wrap, report the missing prompt and not the missing variable.
    if (text === undefined && wraps && !Object.hasOwn(variables, 'prompt')) continue;
    const known = text === undefined ? variables : { ...variables, prompt: text };
    const rendered = render(fields.prompt, path && [...path, 'prompt'], known);
    if (rendered === null) return { text: null, layer, own: [] };
    own =
      text === undefined
        ? [{ start: 0, end: rendered.length }]
        : placesOf('prompt', fields.prompt, known).flatMap((at) => moved(own, at));
    innermost ??= layer;
    text = rendered;
  }
  return { text, layer: innermost, own };
}

function moved(ranges: readonly TextRange[], by: number): readonly TextRange[] {
  return ranges.map(({ start, end }) => ({ start: start + by, end: end + by }));
}

/** The image, its presets from left to right, the file, the config: layers have the presets from the right. */
function orderOfWrapping(layers: readonly Layer[]): readonly Layer[] {
  return [...layers.slice(0, 1), ...layers.slice(1, -2).toReversed(), ...layers.slice(-2)];
}

/** `; did you mean "hero-image"?` for `Hero_Image`, otherwise nothing. */
function meantId(id: string): string {
  if (id.length > maxShown) return '';
  const meant = id
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .split('/')
    .map((part) => part.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, ''))
    .join('/');
  return idForm.pattern.test(meant) ? `; did you mean "${meant}"?` : '';
}

function idProblem(
  id: string,
  entry: ImageEntry,
  taken: ReadonlyMap<string, Place>,
): Finding | null {
  if (!idForm.pattern.test(id) || id.length > idForm.maxLength) {
    return {
      code: 'bad-id',
      message: `${JSON.stringify(id.slice(0, 60))} is not a valid id: use lower-case letters, digits and "-", with "/" for folders, and at most ${idForm.maxLength} characters${meantId(id)}`,
    };
  }
  const first = taken.get(id);
  if (first === undefined) return null;
  // For example, manifests of two apps of a monorepo.
  const remedy =
    first.file === entry.place.file
      ? '; rename one of the two'
      : '; rename one, or set manifests to the files that belong together: only their ids have to differ';
  const isEveryRow = first === entry.place && variablesIn(entry.id).length === 0;
  return {
    code: 'duplicate-id',
    message: isEveryRow
      ? `every row of each would be "${id}"; put a {{ variable }} in the id`
      : `"${id}" is the id of another image, at ${first.file}:${first.line}${remedy}`,
  };
}
