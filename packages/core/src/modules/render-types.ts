import type { Job } from '../types.ts';
import { namedExports } from './virtual-modules.ts';

/** The facts about an image in its type. */
export interface TypedImage {
  /** The name in imports. */
  readonly name: string;
  readonly job: Job;
  /** Whether records of images have it. */
  readonly isListed: boolean;
  /** Pixels; `null`: unknown before the picture is made. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** A package that a project depends on, and so finds under a strict installer. It exports the types of pictures from `picture`. */
export type PluginName = 'vite-plugin-tintype' | 'tintype-unplugin';

/** The text of `tintype-env.d.ts`: one exact declaration for each image, so that a wrong id is a type error. */
export function renderTypes(images: readonly TypedImage[], plugin: PluginName): string {
  const listed = images.filter(({ isListed }) => isListed).map(({ name }) => name);
  const folders = [...new Set(listed.flatMap(foldersOf))];
  return [
    header(plugin),
    `${unformatted}${known}`,
    ...renderRecords('virtual:tintype', listed),
    ...images.map((image) => renderImage(image, plugin)),
    ...folders.flatMap((folder) =>
      renderRecords(
        `virtual:tintype/${folder}/*`,
        listed.filter((name) => isIn(folder, name)),
      ),
    ),
  ].join('\n');
}

/** Tells linters and formatters to skip the file. */
const header = (plugin: PluginName): string => `/* eslint-disable */
// biome-ignore-all lint: this file is generated
// biome-ignore-all format: this file is generated
// Written by ${plugin} from the manifests, and again whenever they change.
`;

/** Tells the `client` types of the plugin, if a project uses it, to declare no other ids. */
const known = 'interface TintypeEnv { readonly ids: true }\n';

/** Prettier has no such comment for a whole file, only for the next statement. */
const unformatted = '// prettier-ignore\n';

function renderImage({ name, job, size }: TypedImage, plugin: PluginName): string {
  const formats = job.files.formats.map(({ format }) => `'${format}'`);
  const dimensions = [size?.width ?? 'number', size?.height ?? 'number'];
  const specifier = `virtual:tintype/${name}`;
  const again = ['?inline', '?no-inline'].map(
    (query) =>
      `\n${unformatted}declare module '${specifier}${query}' {\n  export * from '${specifier}';\n  export { default } from '${specifier}';\n}\n`,
  );
  const markup = job.files.formats.some(({ format }) => format === 'svg')
    ? `\n${unformatted}declare module '${specifier}?raw' {\n  /** The markup of its SVG, to inline. */\n  const markup: string;\n  export default markup;\n}\n`
    : '';
  return [
    `${unformatted}declare module '${specifier}' {\n`,
    '  /**\n',
    ...commentLines(job.picture.prompt).map((line) => `   * ${line}`.trimEnd() + '\n'),
    `   *\n   * ${job.place.file}\n`,
    '   */\n',
    `  const picture: import('${plugin}/picture').ExactPicture<${[formats.join(' | '), ...dimensions].join(', ')}>;\n`,
    '  export default picture;\n',
    memberTypes,
    '}\n',
    ...again,
    markup,
  ].join('');
}

/** The prompt, escaped so that it can neither end the comment nor start a tag. */
function commentLines(prompt: string): string[] {
  return prompt
    .replaceAll('*/', '*\u200b/')
    .replaceAll(/^(\s*)@/gm, '$1\u200b@')
    .split(/\r\n|[\r\n\u2028\u2029]/);
}

function typeOf(member: string): string {
  const short: Readonly<Record<string, string>> = {
    src: "(typeof picture)['img']['src']",
    width: "(typeof picture)['img']['w']",
    height: "(typeof picture)['img']['h']",
  };
  return short[member] ?? `(typeof picture)['${member}']`;
}

/** The exports of each module besides its default. */
const memberTypes = namedExports
  .map((member) => `  export const ${member}: ${typeOf(member)};\n`)
  .join('');

/** The two records of a folder: of lazy imports, and of pictures. */
function renderRecords(specifier: string, names: readonly string[]): string[] {
  const lazy = names.map(
    (name) => `    readonly '${name}': () => Promise<typeof import('virtual:tintype/${name}')>;\n`,
  );
  const eager = names.map(
    (name) => `    readonly '${name}': typeof import('virtual:tintype/${name}').default;\n`,
  );
  return [
    `${unformatted}declare module '${specifier}' {\n  const images: {\n${lazy.join('')}  };\n  export default images;\n}\n`,
    `${unformatted}declare module '${specifier}?eager' {\n  const pictures: {\n${eager.join('')}  };\n  export default pictures;\n}\n`,
  ];
}

/** Every folder that an id is in, below the top. */
function foldersOf(name: string): string[] {
  const end = name.lastIndexOf('/');
  return end === -1 ? [] : [name.slice(0, end)];
}

function isIn(folder: string, name: string): boolean {
  return name.startsWith(`${folder}/`) && !name.slice(folder.length + 1).includes('/');
}
