import { didYouMean } from '../did-you-mean.ts';
import type { PlannedImage } from '../operations/open-images.ts';
import type { Job, NamedSource, Picture } from '../types.ts';

/** The meaning of one of the plugin's module ids. */
export type Wanted =
  | { readonly kind: 'picture'; readonly name: string; readonly inlining: Inlining }
  /** `virtual:tintype/<id>?raw`: the markup of its SVG. */
  | { readonly kind: 'markup'; readonly name: string }
  /** `virtual:tintype`, or `virtual:tintype/<folder>/*` with its `folder` ending in `/`; `?eager`: with the pictures in it. */
  | { readonly kind: 'index'; readonly folder: string; readonly isEager: boolean };

/** `?inline`, `?no-inline`, or neither. */
export type Inlining = 'always' | 'never' | 'auto';

/** Filters for hooks: the id in an import, and the id that it is resolved to. */
export const importForm: RegExp = /^virtual:tintype(?:\/|\?|$)/;
// oxlint-disable-next-line no-control-regex
export const moduleForm: RegExp = /^\0virtual:tintype(?:\/|\?|$)/;

const prefix = '\0virtual:tintype';

export function moduleIdOf(specifier: string): string {
  return `\0${specifier}`;
}

/** Parses a module id: `\0virtual:tintype/hero@2?inline`. `null`: it is not one of this plugin. */
export function parseModuleId(id: string): Wanted | null {
  if (!moduleForm.test(id)) return null;
  const [path = '', query = ''] = id.slice(prefix.length).split('?', 2);
  const name = path.replace(/^\//, '');
  const flags = query.split('&');
  if (name === '' || name.endsWith('*')) {
    return { kind: 'index', folder: name.slice(0, -1), isEager: flags.includes('eager') };
  }
  if (flags.includes('raw')) return { kind: 'markup', name };
  const inlining = flags.includes('no-inline')
    ? 'never'
    : flags.includes('inline')
      ? 'always'
      : 'auto';
  return { kind: 'picture', name, inlining };
}

/**
 * Why the query of an import is not valid, and which ones are; `null`: it is valid. Queries that Vite and frameworks add
 * are allowed.
 */
export function queryProblem(id: string): string | null {
  const [path = '', query = ''] = id.replace('\0', '').split('?', 2);
  const isIndex = parseModuleId(id)?.kind === 'index';
  for (const part of query.split('&')) {
    const [flag = ''] = part.split('=', 1);
    const isKnown = (isIndex ? indexQueries : pictureQueries).has(part);
    if (flag === '' || isKnown || added.has(flag)) continue;
    const there = isIndex
      ? '"?eager", a record of pictures; without a query it is a record of lazy imports'
      : '"?inline", "?no-inline" and, for an SVG, "?raw"';
    const instead =
      (isIndex ? insteadInIndex : insteadInPicture)[flag] ??
      'the manifest says what files a picture becomes';
    return `"${path}" takes no "?${part}": ${instead}. There is ${there}`;
  }
  return null;
}

const pictureQueries = new Set(['inline', 'no-inline', 'raw']);
const indexQueries = new Set(['eager']);

/** Queries that tools add, not the author. */
const added = new Set(['import', 't', 'v', 'used', 'lang', 'commonjs-es-import', 'ssr']);

const ofManifest = (field: string) => `sizes and formats are set by ${field} of the manifest`;
const insteadInPicture: Readonly<Record<string, string>> = {
  w: ofManifest('"widths"'),
  width: ofManifest('"widths"'),
  h: ofManifest('"crop"'),
  height: ofManifest('"crop"'),
  format: ofManifest('"formats"'),
  as: 'an import is the whole picture, with sources, img and alt',
  url: 'the URL is its export "src"',
  eager:
    'an import of one picture is never lazy, and only a folder\'s record ("virtual:tintype/<folder>/*") takes it',
};

const oneByOne = '"virtual:tintype/<id>" with that query imports one picture';
const insteadInIndex: Readonly<Record<string, string>> = {
  ...insteadInPicture,
  inline: oneByOne,
  'no-inline': oneByOne,
  raw: oneByOne,
};

const members = [
  'sources',
  'img',
  'alt',
  'sizes',
  'placeholder',
  'color',
  'hasAlpha',
  'ai',
] as const satisfies readonly (keyof Picture)[];

/** The names that a picture's module exports besides its default. */
export const namedExports: readonly string[] = [...members, 'src', 'width', 'height'];

/**
 * The module of a picture that is known. `sources`: what is shown in place of it, which it imports, so that each of them is bought,
 * replaced in dev and shared as any other picture.
 */
export function renderPicture(picture: Picture, sources: readonly ImportedSource[] = []): string {
  const lines = members.map((name) => `export const ${name} = ${JSON.stringify(picture[name])};`);
  return [
    ...importsOf(sources),
    ...lines,
    `export const src = ${JSON.stringify(picture.img.src)};`,
    `export const width = ${picture.img.w};`,
    `export const height = ${picture.img.h};`,
    `export default { ${[...members, ...stillOf(picture), ...artOf(sources)].join(', ')} };`,
    '',
  ].join('\n');
}

/** Only animations have it, so it is no export of its own. */
function stillOf({ still }: Picture): string[] {
  return still === undefined ? [] : [`still: ${JSON.stringify(still)}`];
}

/** A picture that another one's module imports. */
export interface ImportedSource extends NamedSource {
  /** The query of its import, with `?`; or `''`. */
  readonly query: string;
}

/** What the module of a picture imports, which is inlined as it is. */
export function sourcesIn(
  { sources }: Pick<PlannedImage, 'sources'>,
  inlining: Inlining,
): ImportedSource[] {
  const query = { always: '?inline', never: '?no-inline', auto: '' }[inlining];
  return sources.map((source) => ({ ...source, query }));
}

function importsOf(sources: readonly ImportedSource[]): string[] {
  return sources.map(
    ({ name, query }, index) =>
      `import art${index} from ${JSON.stringify(`virtual:tintype/${name}${query}`)};`,
  );
}

function artOf(sources: readonly ImportedSource[]): string[] {
  const entries = sources.map(
    ({ media }, index) => `{ media: ${JSON.stringify(media)}, picture: art${index} }`,
  );
  return entries.length === 0 ? [] : [`art: [${entries.join(', ')}]`];
}

/**
 * The module of a picture that is bought before the chunks are rendered: `token` stands for its JSON until then. It is a call
 * so that no optimiser folds the value, which does not exist yet.
 */
export function renderLatePicture(token: string, sources: readonly ImportedSource[] = []): string {
  const art = artOf(sources);
  return [
    ...importsOf(sources),
    `const picture = /* @__PURE__ */ JSON.parse(${JSON.stringify(token)});`,
    art.length === 0 ? 'export default picture;' : `export default { ...picture, ${art[0]} };`,
    ...members.map((name) => `export const ${name} = /* @__PURE__ */ (() => picture.${name})();`),
    'export const src = /* @__PURE__ */ (() => picture.img.src)();',
    'export const width = /* @__PURE__ */ (() => picture.img.w)();',
    'export const height = /* @__PURE__ */ (() => picture.img.h)();',
    '',
  ].join('\n');
}

/** The module of an SVG's markup. */
export function renderMarkup(markup: string): string {
  return `export default ${JSON.stringify(markup)};\n`;
}

/** The same for a picture that is bought before the chunks are rendered, as `renderLatePicture`. */
export function renderLateMarkup(token: string): string {
  return `export default /* @__PURE__ */ JSON.parse(${JSON.stringify(token)});\n`;
}

/** Why a picture has no markup; `null`: it has. */
export function markupProblem({
  id,
  files: { formats },
}: Pick<Job, 'id' | 'files'>): string | null {
  return formats.some(({ format }) => format === 'svg')
    ? null
    : `"virtual:tintype/${id}?raw" is the markup of an SVG, and "${id}" has no svg file; it needs output_format: svg`;
}

/** The module of a folder, or of all images: a record by name. `listed`: the names of all images. */
export function renderIndex(
  { folder, isEager }: Pick<Extract<Wanted, { kind: 'index' }>, 'folder' | 'isEager'>,
  listed: Iterable<string>,
): string {
  const names = namesIn(folder, listed);
  return isEager ? renderPictures(names) : renderLazyImports(names);
}

/** It imports the pictures, so that a bundler puts them where it is, and each is bought and replaced in dev as any other. */
function renderPictures(names: readonly string[]): string {
  const imports = names.map(
    (name, index) => `import picture${index} from ${JSON.stringify(`virtual:tintype/${name}`)};\n`,
  );
  const entries = names.map((name, index) => `  ${JSON.stringify(name)}: picture${index},\n`);
  return `${imports.join('')}export default {\n${entries.join('')}};\n`;
}

function renderLazyImports(names: readonly string[]): string {
  const entries = names.map((name) => {
    const specifier = JSON.stringify(`virtual:tintype/${name}`);
    return `  ${JSON.stringify(name)}: () => import(${specifier}),\n`;
  });
  return `export default {\n${entries.join('')}};\n`;
}

/** Why a folder's record is empty, which its author rarely means; `null`: it is not. */
export function emptyFolder(folder: string, listed: readonly string[]): string | null {
  if (namesIn(folder, listed).length > 0 || folder === '') return null;
  const folders = new Set(listed.map((name) => name.slice(0, name.lastIndexOf('/') + 1)));
  folders.delete('');
  const below = [...folders].filter((one) => one.startsWith(folder));
  const hint =
    below.length > 0
      ? `; folders below it are imported by their own names: ${below.map((one) => `"virtual:tintype/${one}*"`).join(', ')}`
      : didYouMean(
          folder.slice(0, -1),
          [...folders].map((one) => one.slice(0, -1)),
        );
  return `"virtual:tintype/${folder}*" is empty: no image is directly in the folder "${folder.slice(0, -1)}"${hint}`;
}

/** The names directly in a folder; `''`: all names. */
function namesIn(folder: string, names: Iterable<string>): string[] {
  return [...names].filter(
    (name) =>
      name.startsWith(folder) && (folder === '' || !name.slice(folder.length).includes('/')),
  );
}
