import { execFileSync } from 'node:child_process';
import { link, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** Where things are planted, and what they aim at. Paths are absolute. */
export interface Target {
  readonly project: string;
  /** A foreign folder that nothing may touch. It contains `canary`, and `canary` with common extensions. */
  readonly outside: string;
  /** The address of a server that no request may reach. */
  readonly evilUrl: string;
}

/** One change of a project that a pull request could contain. */
export interface Plant {
  readonly kind: string;
  readonly name: string;
  /** Whether the change may lead to other requests, so that other pictures may be bought. */
  readonly asksOther: boolean;
  readonly apply: (target: Target) => Promise<void>;
}

interface Kind {
  readonly name: string;
  /** Paths below the project. */
  readonly files: RegExp;
  /** `words`: each word of the text is a field. `whole`: only the whole file is replaced. */
  readonly form: 'json' | 'lines' | 'words' | 'whole';
  /** How many values each field takes, alone in a plant, because one mistake in such a file hides all others. */
  readonly valuesAlone?: number;
  readonly asksOther?: true;
}

const store = String.raw`^\.tintype/`;
const cache = String.raw`^node_modules/\.cache/tintype/v\d+/`;

/** Every kind of file that Tintype reads. */
export const kinds: readonly Kind[] = [
  { name: 'attempts', files: RegExp(`${store}attempts/[0-9a-f]+\\.json$`), form: 'json' },
  { name: 'claims', files: RegExp(`${store}attempts/.+\\.claim(/|$)`), form: 'json' },
  { name: 'received bytes', files: RegExp(`${store}attempts/.+\\.received$`), form: 'whole' },
  { name: 'records', files: RegExp(`${store}records/`), form: 'json' },
  { name: 'pins of inputs', files: RegExp(`${store}inputs/`), form: 'json' },
  { name: 'originals', files: RegExp(`${store}originals/`), form: 'whole' },
  { name: 'rejected', files: RegExp(`${store}rejected/`), form: 'json' },
  { name: 'journals', files: /\.tintype-writing-/, form: 'lines', valuesAlone: 5 },
  { name: 'asset map', files: /tintype\.assets\.json$/, form: 'json', valuesAlone: 3 },
  { name: 'cache index', files: RegExp(`${cache}index`), form: 'lines' },
  { name: 'cached files', files: RegExp(`${cache}files/`), form: 'whole' },
  { name: 'refusals', files: RegExp(`${cache}refusals/|${store}refusals/`), form: 'words' },
  {
    name: 'snapshots',
    files: RegExp(`${cache}(?!files/|index|refusals/)`),
    form: 'lines',
    valuesAlone: 1,
  },
  { name: 'outputs', files: /^public\/images\/.+\.jpeg$/, form: 'whole' },
  ...(
    [
      ['.env', /^\.env(\.local)?$/, 'words', 14],
      ['tintype.config.json', /^tintype\.config\.json$/, 'json', 14],
      ['manifests', /\.images\.yaml$/, 'words', 1],
      ['data files', /^rows\./, 'words', 5],
      ['input pictures', /^in\.png$/, 'whole', 1],
    ] as const
  ).map(([name, files, form, valuesAlone]): Kind => ({
    name,
    files,
    form,
    valuesAlone,
    asksOther: true,
  })),
];

/** Values that replace a field. `raw`: JSON text that `JSON.stringify` never writes. */
const values: readonly ((target: Target, file: string) => unknown)[] = [
  ({ outside }) => join(outside, 'canary'),
  ({ outside }, file) => relative(dirname(file), join(outside, 'canary')),
  () => raw('1e999'),
  () => -1,
  () => 1e308,
  () => 'NaN',
  () => '',
  () => null,
  () => ({}),
  () => [],
  () => 99,
  () => 'x'.repeat(100_000),
  () => raw('{"__proto__":{"isPolluted":true}}'),
  ({ evilUrl }) => evilUrl,
];

const raw = (json: string): string => `<raw ${json}>`;

/** Replaces a file or folder, which is meanwhile beside it as `.aside`. */
type Replace = (path: string, target: Target) => Promise<unknown> | void;

/** Replacements of a file. */
const replacements: Readonly<
  Record<string, (path: string, target: Target) => Promise<void> | void>
> = {
  'a link outside': (path, { outside }) => symlink(join(outside, 'canary'), path),
  'a link to nowhere': (path, { outside }) => symlink(join(outside, 'nowhere'), path),
  'a hard link': (path, { outside }) => link(join(outside, 'canary'), path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdir(path),
  'an empty file': (path) => writeFile(path, ''),
  'half of it': async (path) => {
    const bytes = await readFile(`${path}.aside`);
    await writeFile(path, bytes.subarray(0, bytes.length / 2));
  },
  '50 MB': (path) => writeFile(path, Buffer.alloc(50_000_000, 0x20)),
  'no text': (path) => writeFile(path, Buffer.from([0xff, 0xfe, 0, 1])),
  '[]': (path) => writeFile(path, '[]'),
  null: (path) => writeFile(path, 'null'),
};

const folders = [
  /^\.tintype$/,
  /^\.tintype\/(attempts|records|originals|rejected|inputs)$/,
  /^\.tintype\/(records|originals)\/..$/,
  /^\.tintype\/attempts\/.+\.claim$/,
  /^public(\/images(\/.+)?)?$/,
  /^node_modules(\/\.cache(\/tintype(\/v\d+(\/[^/]+(\/..)?)?)?)?)?$/,
];

/** Replacements of a folder. */
const folderReplacements: Readonly<Record<string, Replace>> = {
  'a link to its files outside': async (path, { outside }) => {
    await rename(`${path}.aside`, join(outside, 'moved'));
    await symlink(join(outside, 'moved'), path);
  },
  'a link to other files': (path, { outside }) => symlink(outside, path),
  'a link to itself': (path) => symlink(path, path),
  'a file': (path) => writeFile(path, ''),
};

/** All plants for a project with these files, by path. Always the same. */
export async function plantsFor(project: string, files: readonly string[]): Promise<Plant[]> {
  const plants: Plant[] = [];
  for (const kind of kinds) {
    const own = files.filter((file) => kind.files.test(file));
    if (own.length === 0) throw new Error(`the project has no ${kind.name}`);
    plants.push(...(await fieldPlants(kind, project, own)), ...replacementPlants(kind, own));
  }
  return [...plants, ...folderPlants(files)];
}

/** A field of one file. Fields of one shape have the same meaning: hashes, indices and ids in the path do not count. */
interface Field {
  readonly file: string;
  readonly shape: string;
  /** The file's text with another value in place of the field. */
  readonly with: (text: string, json: string) => string;
}

async function fieldPlants(
  kind: Kind,
  project: string,
  files: readonly string[],
): Promise<Plant[]> {
  const fields: Field[] = [];
  for (const file of files)
    fields.push(...fieldsOf(kind, file, await readFile(join(project, file), 'utf8')));
  const shapes = Map.groupBy(fields, ({ shape }) => shape);
  return [...shapes].flatMap(([shape, all], number) => {
    // Each file gets one value, so that one run meets many values.
    const places = kind.valuesAlone === undefined ? firstOfEach(all) : all.slice(0, 1);
    const rounds = kind.valuesAlone ?? Math.ceil(values.length / places.length);
    return Array.from({ length: rounds }, (_, round): Plant => ({
      ...headOf(kind),
      name: `${shape}, ${round + 1} of ${rounds}`,
      async apply(target) {
        for (const [index, field] of places.entries()) {
          const path = join(target.project, field.file);
          const value = values[(number + round * places.length + index) % values.length]!(
            target,
            path,
          );
          await writeFile(path, field.with(await readFile(path, 'utf8'), jsonOf(value)));
        }
      },
    }));
  });
}

function firstOfEach(fields: readonly Field[]): Field[] {
  return [...Map.groupBy(fields, ({ file }) => file).values()].map(([first]) => first!);
}

function fieldsOf({ form }: Kind, file: string, text: string): Field[] {
  if (form === 'whole') return [];
  if (form === 'words')
    return Array.from(text.matchAll(/[^\s,:={}[\]"']+/g), ({ 0: word, index }): Field => ({
      file,
      shape: `${file}: ${word.replaceAll(/\d+/g, '*')}`,
      with: (whole, json) =>
        whole.slice(0, index) + json.replaceAll('"', '') + whole.slice(index + word.length),
    }));
  if (form === 'json') return jsonFields(file, text, 0, text.length);
  let start = 0;
  return text.split('\n').flatMap((line) => {
    const from = start;
    start += line.length + 1;
    return jsonFields(file, text, from, from + line.length);
  });
}

/** The fields of the JSON between two offsets of a file; none if there is no JSON. */
function jsonFields(file: string, text: string, from: number, to: number): Field[] {
  let json: unknown;
  try {
    json = JSON.parse(text.slice(from, to));
  } catch {
    return [];
  }
  return pathsIn(json).map((path): Field => ({
    file,
    shape: path.map((name) => (/^\d+$|\/|^[0-9a-f]{16}/.test(name) ? '*' : name)).join('.'),
    with(whole, value) {
      const changed = structuredClone(json);
      const parent = path
        .slice(0, -1)
        .reduce((at, name) => Reflect.get(at as object, name), changed);
      Reflect.set(parent as object, path.at(-1)!, '<here>');
      const line = JSON.stringify(changed).replace('"<here>"', () => value);
      return whole.slice(0, from) + line + whole.slice(to);
    },
  }));
}

/** The paths of everything inside a JSON value. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...pathsIn(inner).map((path) => [name, ...path]),
  ]);
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value).replace(
    /^"<raw (.+)>"$/,
    (_, json: string) => JSON.parse(`"${json}"`) as string,
  );
}

function replacementPlants(kind: Kind, files: readonly string[]): Plant[] {
  const ways = Object.entries(replacements);
  const rounds = Math.ceil(ways.length / files.length);
  return Array.from({ length: rounds }, (_, round) => {
    const chosen = files
      .map((file, index) => [file, ways[round * files.length + index]] as const)
      .slice(0, kind.valuesAlone === undefined ? files.length : 1)
      .filter(([, way]) => way !== undefined);
    return {
      ...headOf(kind),
      name: chosen.map(([, way]) => way![0]).join(', '),
      async apply(target) {
        for (const [file, way] of chosen) {
          const path = join(target.project, file);
          await rename(path, `${path}.aside`);
          await way![1](path, target);
          await rm(`${path}.aside`, { force: true });
        }
      },
    };
  });
}

function folderPlants(files: readonly string[]): Plant[] {
  const all = new Set(files.flatMap(foldersOf));
  // One of each shape.
  return folders.flatMap((pattern) => {
    const shapes = Map.groupBy(
      [...all].filter((folder) => pattern.test(folder)),
      (folder) => folder.replaceAll(/[0-9a-f]{64}|(?<=\/)[0-9a-f]{2}$/g, '*'),
    );
    return [...shapes].flatMap(([shape, [folder]]) =>
      Object.entries(folderReplacements).map(([name, replace]): Plant => ({
        kind: 'folders',
        name: `${shape}: ${name}`,
        // Without its folder, the store is a different one.
        asksOther: folder === '.tintype',
        async apply(target) {
          const path = join(target.project, folder!);
          await rename(path, `${path}.aside`);
          await replace(path, target);
          await rm(`${path}.aside`, { recursive: true, force: true });
        },
      })),
    );
  });
}

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function headOf({ name, asksOther }: Kind): Pick<Plant, 'kind' | 'asksOther'> {
  return { kind: name, asksOther: asksOther === true };
}
