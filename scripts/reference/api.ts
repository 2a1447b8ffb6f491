import { readdirSync, readFileSync } from 'node:fs';
import { code, page, table } from './markdown.ts';

/** A package with the text of its `public-types.txt`, which a test holds against its exports. */
interface PublicPackage {
  readonly folder: string;
  readonly name: string;
  readonly types: string;
  /** All of its sources, as one text. */
  readonly source: string;
}

/** What each package exports. Values have the first sentences of their comment in the source. */
export function apiPage(): string {
  const packages = packagesOf();
  const core = packages.find(({ name }) => name === '@tintype/core')!;
  return page(
    'TypeScript API',
    'What the packages export. Everything else may change at any time. Types are documented where editors show them. A program that uses the library begins with `loadProject` and `generate`.',
    packages.map((one) => packagePart(one, core.source)),
    '[versions and support](../releases.md).',
  );
}

function packagesOf(): readonly PublicPackage[] {
  const packages = new URL('../../packages/', import.meta.url);
  return readdirSync(packages).flatMap((folder): PublicPackage[] => {
    const read = (file: string) => readFileSync(new URL(`${folder}/${file}`, packages), 'utf8');
    const { name, private: isPrivate } = JSON.parse(read('package.json')) as {
      name: string;
      private?: boolean;
    };
    if (isPrivate === true) return [];
    const files = readdirSync(new URL(`${folder}/src/`, packages), { recursive: true });
    const sources = files
      .map((file) => String(file).replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .toSorted();
    const source = sources.map((file) => read(`src/${file}`)).join('\n');
    return [{ folder, name, types: read('public-types.txt'), source }];
  });
}

/** Entries that only packages of this repository use. */
const internal = /^\.\/(?:internal|modules)$/;

/** `shared`: the source of what other packages export again. */
function packagePart({ name, types, source }: PublicPackage, shared: string): string {
  const entries = types.split(/\n\n(?=\.)/).flatMap((entry): string[] => {
    // What follows the names is declarations: of the entry, if a file of its own declares it, or of the package.
    const [names = '', ...declared] = entry.split('\n\n');
    const [path = '.', ...exported] = names.split('\n').map((line) => line.trim());
    if (internal.test(path)) return [];
    const own = declared.join('\n').matchAll(/^export (?:declare const |\{ )(\w+)/gm);
    const listed = [...exported, ...Array.from(own, ([, name]) => name!)];
    const again = listed.flatMap((line) => /^\* from '(.*)'$/.exec(line)?.[1] ?? []);
    const named = listed.filter((line) => !line.startsWith('*'));
    const values = named.filter((one) => /^[a-z]/.test(one));
    const others = named.filter((one) => !/^[a-z]/.test(one));
    const rows = values.map((one) => [code(one), commentOf(one, source) || commentOf(one, shared)]);
    return [
      `### ${code(path === '.' ? name : `${name}/${path.slice(2)}`)}`,
      ...again.map((from) => `The same as ${code(from)}.`),
      ...(rows.length === 0 ? [] : [table(['export', 'what it does'], rows)]),
      ...(others.length === 0 ? [] : [`Types and classes: ${others.map(code).join(', ')}.`]),
    ];
  });
  return [`## ${name}`, ...entries].join('\n\n');
}

/** The comment before a function or a constant, without its tags; `''`: it has none. */
function commentOf(name: string, source: string): string {
  const pattern = new RegExp(
    String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\n(?:// [^\n]*\n)*export (?:async )?(?:function|const) ${name}\b`,
  );
  const [, comment = ''] = pattern.exec(source) ?? [];
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s?/, '').trim())
    .join(' ')
    .split('@')[0]!
    .trim();
}
