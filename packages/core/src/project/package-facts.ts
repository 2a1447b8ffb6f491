import { join } from 'node:path';
import { readRegularSync } from '../fs/read-regular.ts';

/** Facts from the `package.json` of a folder. Everything is empty if the file cannot be read. */
export interface PackageFacts {
  readonly dependencies: ReadonlySet<string>;
  /** The names of its scripts. */
  readonly scripts: ReadonlySet<string>;
}

export function packageFacts(folder: string): PackageFacts {
  const { dependencies, devDependencies, scripts } = readPackage(join(folder, 'package.json'));
  return {
    dependencies: new Set([...namesOf(dependencies), ...namesOf(devDependencies)]),
    scripts: new Set(namesOf(scripts)),
  };
}

interface PackageJson {
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
  readonly scripts?: unknown;
}

function readPackage(path: string): PackageJson {
  try {
    return (JSON.parse(readRegularSync(path, maxBytes).toString()) ?? {}) as PackageJson;
  } catch {
    return {};
  }
}

function namesOf(map: unknown): readonly string[] {
  return typeof map === 'object' && map !== null ? Object.keys(map) : [];
}

const maxBytes = 1_000_000;
