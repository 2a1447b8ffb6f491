import { join, relative } from 'node:path';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { editableFields } from '../editable-fields.ts';
import { fieldNames } from '../fields.ts';
import { type ProjectFiles, filesOnDisk } from '../fs/project-files.ts';
import { slashed } from '../fs/slashed.ts';
import { sha256 } from '../hash.ts';
import { editText } from '../manifest/edit-text.ts';
import { maxTextBytes } from '../manifest/read-text.ts';
import { writeRow } from '../manifest/write-row.ts';
import { writeValue, type Written } from '../manifest/write-value.ts';
import { renderTemplate } from '../plan/render-template.ts';
import { openStore } from '../store/open-store.ts';
import type {
  Diagnostic,
  EditableImage,
  EditableLayer,
  FieldChange,
  FieldPath,
  FieldValue,
  Plan,
} from '../types.ts';
import { imageEntry } from './image-entry.ts';
import {
  planRead,
  type ReadProject,
  readProject,
  readProjectFrom,
  refuseMistakes,
} from './read-plan.ts';
import { type EditedFile, isChange, rewriteFiles } from './rewrite-file.ts';

/** What a change would do. */
export interface ProposedEdit {
  readonly image: EditableImage;
  /** The files that it changes. */
  readonly files: readonly EditedFile[];
  /** Mistakes and warnings that the project does not have without it. */
  readonly diagnostics: readonly Diagnostic[];
  readonly planBefore: Plan;
  readonly planAfter: Plan;
}

export type EditResult =
  | { readonly kind: 'written'; readonly files: readonly EditedFile[] }
  /** One of the files has changed since `revision`, and nothing was written. */
  | { readonly kind: 'changed-meanwhile'; readonly image: EditableImage };

/** The fields of an image where they are written. Throws `usage` if there is no such image. */
export async function editableImage(context: Context, id: string): Promise<EditableImage> {
  return layersOf(await readAll(context), id).image;
}

/**
 * What the project would be with some fields of an image changed: its mistakes, and its plan. Spends nothing, writes nothing. Throws
 * `usage` for a field that cannot be changed where it is.
 */
export function proposeEdit(
  context: Context,
  id: string,
  changes: readonly FieldChange[],
): Promise<ProposedEdit> {
  return propose(context, id, fieldsWritten(context, changes));
}

/** The files that a change of an image's project has changed. */
export type WriteFiles = (project: ReadProject, found: FoundLayers) => Promise<EditedFile[]>;

function fieldsWritten({ config }: Context, changes: readonly FieldChange[]): WriteFiles {
  return (project, found) => editedFiles(config.root, project, found, changes);
}

/** What the project would be with other bytes in some files. */
export async function propose(
  context: Context,
  id: string,
  write: WriteFiles,
): Promise<ProposedEdit> {
  const store = await openStore(context);
  const before = await readAll(context);
  const found = layersOf(before, id);
  const files = await write(before, found);
  const after = await readProjectFrom(withEdits(context.config.root, files), context, store, false);
  const request = { ids: [], mayBuy: false } as const;
  const planned = await planRead(context, store, before, request);
  const proposed = await planRead(context, store, after, request);
  const known = new Set([...before.diagnostics, ...planned.diagnostics].map(identity));
  return {
    image: found.image,
    files,
    diagnostics: [...after.diagnostics, ...proposed.diagnostics].filter(
      (diagnostic) => !known.has(identity(diagnostic)),
    ),
    planBefore: planned.plan,
    planAfter: proposed.plan,
  };
}

/**
 * Writes changed fields of an image to its manifest, or to the data file of its row, unless a file has changed since `revision`.
 * Spends nothing. Throws `usage` as `proposeEdit`, and `manifest` if the change would be a mistake.
 */
export function editImage(
  context: Context,
  id: string,
  changes: readonly FieldChange[],
  revision: string,
): Promise<EditResult> {
  return writeProposed(context, id, fieldsWritten(context, changes), revision);
}

/** Writes what `propose` proposes, unless a file has changed since `revision`. */
export async function writeProposed(
  context: Context,
  id: string,
  write: WriteFiles,
  revision: string,
): Promise<EditResult> {
  const { image, files, diagnostics } = await propose(context, id, write);
  if (image.revision !== revision) return { kind: 'changed-meanwhile', image };
  refuseMistakes({ ...context, report: () => {} }, diagnostics);
  return (await rewriteFiles(context.config.root, files))
    ? { kind: 'written', files }
    : { kind: 'changed-meanwhile', image: await editableImage(context, id) };
}

async function readAll(context: Context): Promise<ReadProject> {
  return readProject(context, await openStore(context), false);
}

function identity({ file, code, message }: Diagnostic): string {
  return [file, code, message].join('\0');
}

/** How a field of a layer is written into the text of its file. */
type WriteField = (text: string, field: string, value: FieldValue | null) => Written;

export interface FoundLayers {
  readonly image: EditableImage;
  readonly writers: ReadonlyMap<string, WriteField>;
}

function layersOf(project: ReadProject, id: string): FoundLayers {
  const { manifest, entry } = imageEntry(project, id);
  const writers = new Map<string, WriteField>();
  const layers: EditableLayer[] = [];
  const add = (layer: EditableLayer, write: WriteField): void => {
    layers.push(layer);
    writers.set(layer.name, write);
  };
  const countOf = (uses: (used: typeof entry) => boolean): number =>
    manifest.images.filter(uses).reduce((sum, { rows }) => sum + (rows?.length ?? 1), 0);
  const inManifest = (name: string, path: FieldPath, fields: object, images: number): void => {
    const { line } = manifest.locate(path, 'key');
    add(
      { name, file: manifest.file, line, fields: editable(fields), images },
      (text, field, value) => writeValue(text, [...path, field], value),
    );
  };

  const rows = entry.rows ?? [];
  const index = rows.findIndex(({ values }) => renderTemplate(entry.id, values).text === id);
  const row = rows[index];
  if (row !== undefined && index !== -1) {
    const path = ['images', entry.id, 'each', index];
    const { file, line } = row.place ?? manifest.locate(path);
    const write: WriteField =
      row.place === null
        ? (text, field, value) => writeValue(text, [...path, field], value)
        : (text, field, value) => writeRow(file, text, index, field, value as string);
    add({ name: 'row', file, line, fields: row.values, images: 1 }, write);
  }
  inManifest('image', ['images', entry.id], entry.fields, entry.rows?.length ?? 1);
  for (const name of entry.presets.toReversed()) {
    const fields = manifest.presets.get(name);
    if (fields === undefined || writers.has(`preset:${name}`)) continue;
    inManifest(
      `preset:${name}`,
      ['presets', name],
      fields,
      countOf(({ presets }) => presets.includes(name)),
    );
  }
  inManifest(
    'defaults',
    ['defaults'],
    manifest.defaults,
    countOf(() => true),
  );

  const files = [...new Set(layers.map(({ file }) => file))];
  const revision = sha256(
    files.map((file) => `${file}\0${project.texts.get(file) ?? ''}`).join('\0'),
  );
  return { image: { id, layers, revision }, writers };
}

function editable(fields: object): EditableLayer['fields'] {
  const known: readonly string[] = editableFields;
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => known.includes(name) && value !== undefined),
  ) as EditableLayer['fields'];
}

/** The files with the changes in them, as far as their bytes differ. */
async function editedFiles(
  root: string,
  { texts }: ReadProject,
  { image, writers }: FoundLayers,
  changes: readonly FieldChange[],
): Promise<EditedFile[]> {
  const edited = new Map<string, TextFile>();
  for (const change of changes) {
    const layer = image.layers.find(({ name }) => name === change.layer);
    const write = writers.get(change.layer);
    if (layer === undefined || write === undefined)
      throw new TintypeError('usage', `"${image.id}" has no ${change.layer}`);
    refuseField(layer, change);
    const known = edited.get(layer.file) ?? (await unchanged(root, layer.file, texts));
    const written = editText(known.after, (text) => write(text, change.field, change.value));
    if ('problem' in written)
      throw new TintypeError(
        'usage',
        `${layer.file}:${layer.line}: ${written.problem}; write ${change.field} there by hand`,
      );
    edited.set(layer.file, { ...known, after: written.bytes });
  }
  return [...edited.values()].filter(isChange);
}

function refuseField({ name, fields }: EditableLayer, { field, value }: FieldChange): void {
  const known: readonly string[] = editableFields;
  if (name === 'row') {
    if (!Object.hasOwn(fields, field)) throw new TintypeError('usage', `this row has no ${field}`);
    if (value === null || typeof value === 'object')
      throw new TintypeError('usage', `${field} of a row must be text, a number, true or false`);
  } else if (!known.includes(field) && !(name === 'image' && field === 'pick')) {
    const is = (fieldNames as readonly string[]).includes(field)
      ? 'cannot be changed here'
      : 'is no field';
    throw new TintypeError('usage', `${field} ${is}; these can be: ${known.join(', ')}`);
  } else if (field === 'input_images') refuseFiles(fields[field], value);
}

/** A page must not be able to send any file of this machine to an API. */
function refuseFiles(before: FieldValue | undefined, after: FieldChange['value']): void {
  const known = new Set(listOf(before));
  const other = listOf(after).find(
    (one) => typeof one === 'string' && !one.startsWith('tintype:') && !known.has(one),
  );
  if (other !== undefined)
    throw new TintypeError(
      'usage',
      `${JSON.stringify(other)} is not an image of this project; write tintype:<id> here, or add files and addresses to the manifest by hand`,
    );
}

function listOf(value: FieldValue | null | undefined): readonly FieldValue[] {
  if (value == null) return [];
  return Array.isArray(value) ? value : [value];
}

/** A file that exists, and goes on to exist. */
interface TextFile extends EditedFile {
  readonly before: Buffer;
  readonly after: Buffer;
}

export async function unchanged(
  root: string,
  file: string,
  texts: ReadProject['texts'],
): Promise<TextFile> {
  const read = await filesOnDisk(root).read(join(root, file), maxTextBytes);
  if ('problem' in read) throw new TintypeError('usage', read.problem);
  if (sha256(read.bytes) !== texts.get(file))
    throw new TintypeError('usage', `${file} is being changed by another program; try again`);
  const before = Buffer.from(read.bytes);
  return { file, before, after: before };
}

/** The files of the project, with some of them changed. */
function withEdits(root: string, edited: readonly EditedFile[]): ProjectFiles {
  const disk = filesOnDisk(root);
  const changed = new Map(edited.map(({ file, after }) => [file.normalize(), after]));
  return {
    ...disk,
    read: async (path, maxBytes) => {
      const file = slashed(relative(root, path));
      const bytes = changed.get(file.normalize());
      return bytes == null ? disk.read(path, maxBytes) : { bytes, file };
    },
  };
}
