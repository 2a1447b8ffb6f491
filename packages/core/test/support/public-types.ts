import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Exports {
  readonly [entry: string]: string | { readonly types?: string };
}
/** The declarations of a module: its own names, and the origin of names from other modules. */
interface Declared {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly from: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  readonly exported: ReadonlySet<string>;
  /** `export *`. */
  readonly all: readonly string[];
}

/**
 * The public types of packages, by name: the names that each entry point exports, then every declaration that these need, sorted
 * by name, without comments. Moving a declaration inside a package does not change the text.
 */
export function publicTypes(names: readonly string[]): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-types-'));
  try {
    // All at once, because most of the time goes into reading core, which nearly all of them import.
    const config = join(folder, 'tsconfig.json');
    writeFileSync(config, JSON.stringify(declarationsOf(names, folder)));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
    const typesOf = (name: string) =>
      describe(join(root, 'packages', name), join(folder, 'packages', name, 'src'));
    return new Map(names.map((name) => [name, typesOf(name)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The config of a compiler that only writes declarations. */
function declarationsOf(names: readonly string[], outDir: string): object {
  const packages = names.map((name) => join(root, 'packages', name));
  return {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noCheck: true,
      emitDeclarationOnly: true,
      declarationMap: false,
      removeComments: true,
      typeRoots: [join(root, 'node_modules/@types')],
      // Other packages are read from their sources, too, so that nothing has to be built first.
      customConditions: ['tintype-source'],
      rootDir: root,
      outDir,
    },
    include: packages.map((folder) => join(folder, 'src')),
    exclude: packages.map((folder) => join(folder, 'src/**/*.test.ts')),
  };
}

function describe(folder: string, outDir: string): string {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Exports;
  };
  const modules = new Map<string, Declared>();
  const moduleOf = (file: string) => {
    if (!modules.has(file)) modules.set(file, parse(file));
    return modules.get(file)!;
  };
  const needed = new Map<string, readonly string[]>();
  const entries: string[] = [];
  for (const [entry, conditions] of Object.entries(exports)) {
    const types = typeof conditions === 'string' ? undefined : conditions.types;
    if (types === undefined) continue;
    if (!types.startsWith('./dist/')) {
      entries.push(`${entry}\n\n${readFileSync(join(folder, types), 'utf8').trim()}`);
      continue;
    }
    const file = join(outDir, types.slice('./dist/'.length));
    const names = namesOf(file);
    for (const name of names) if (!name.startsWith('*')) need(file, name);
    entries.push([entry, ...names.toSorted().map((name) => `  ${name}`)].join('\n'));
  }
  const declarations = [...needed.values()].flat().toSorted();
  return `${[...entries, ...declarations].join('\n\n')}\n`;

  function namesOf(file: string): string[] {
    // All that another package exports is only named, too.
    if (!file.startsWith('/')) return [`* from '${file}'`];
    const { exported, all } = moduleOf(file);
    return [...new Set([...exported, ...all.flatMap(namesOf)])];
  }

  function need(file: string, name: string): void {
    const id = `${file} ${name}`;
    if (needed.has(id)) return;
    // A type of another package is only named.
    if (!file.startsWith('/')) {
      needed.set(id, [`import { ${name} } from '${file}';`]);
      return;
    }
    const { texts, from, all } = moduleOf(file);
    const origin = from.get(name);
    if (origin !== undefined) return need(origin.file, origin.name);
    const own = texts.get(name);
    if (own === undefined) {
      const other = all.find((one) => !one.startsWith('/') || namesOf(one).includes(name));
      if (other === undefined) throw new Error(`${file} exports no ${name}`);
      return need(other, name);
    }
    needed.set(id, own);
    for (const word of new Set(own.join(' ').match(/[A-Za-z_$][\w$]*/g))) {
      if (texts.has(word) || from.has(word)) need(file, word);
    }
    const inline = /import\(['"](\.[^'"]+)['"]\)\)?(?:\.|\[['"])(\w+)/g;
    for (const [, path, part] of own.join(' ').matchAll(inline)) need(resolved(file, path!), part!);
  }
}

/** A statement begins in the first column. Its other lines are indented or close it. */
function parse(file: string): Declared {
  const texts = new Map<string, readonly string[]>();
  const from = new Map<string, { file: string; name: string }>();
  const exported = new Set<string>();
  const all: string[] = [];
  for (const statement of readFileSync(file, 'utf8').split(/\n(?=[a-z])/)) {
    const list = /^(import|export) (?:type )?\{([^}]*)\}(?: from '([^']+)')?/.exec(statement);
    const every = /^export (?:type )?\* from '([^']+)'/.exec(statement);
    const module = /^import (?:type )?(?:\* as )?(\w+) from '([^']+)'/.exec(statement);
    const declared =
      /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:const|function|class|interface|type|namespace) (\w+)/.exec(
        statement,
      );
    if (list !== null) {
      for (const item of list[2]!.split(',').filter((text) => text.trim() !== '')) {
        const [name, as = name] = item
          .trim()
          .replace(/^type /, '')
          .split(' as ') as [string, string?];
        if (list[1] === 'export') exported.add(as);
        if (list[3] !== undefined) from.set(as, { file: resolved(file, list[3]), name });
        else if (as !== name) from.set(as, { file, name });
      }
    } else if (every !== null) {
      all.push(resolved(file, every[1]!));
    } else if (module !== null) {
      from.set(module[1]!, { file: module[2]!, name: module[1]! });
    } else if (declared !== null) {
      const name = declared[1]!;
      if (statement.startsWith('export ')) exported.add(name);
      const text = statement.trim().replace(/^export (default )?(declare )?|^declare /, '');
      texts.set(name, [...(texts.get(name) ?? []), text]);
    } else if (!/^(?:import '|\s*$)/.test(statement)) {
      throw new Error(`${file}: a statement of an unknown kind: ${statement}`);
    }
  }
  return { texts, from, exported, all };
}

function resolved(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return join(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts'));
}
