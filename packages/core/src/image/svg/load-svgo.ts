import { TintypeError } from '../../errors.ts';
import { libraryVersion } from '../library-version.ts';

type Svgo = typeof import('svgo/browser');

let loading: Promise<Svgo> | undefined;

/** Loads svgo. Rejects as `svgoVersion` throws. */
export async function loadSvgo(): Promise<Svgo> {
  svgoVersion();
  loading ??= import('svgo/browser');
  return loading;
}

let version: string | null | undefined;

/** The version of svgo, without loading it. Throws a TintypeError `config` if there is a `svgoProblem`. */
export function svgoVersion(): string {
  const problem = svgoProblem();
  if (problem !== null) throw new TintypeError('config', problem);
  return version!;
}

/** Why no SVG can be made; `null`: it can. Only projects with SVG install svgo. */
export function svgoProblem(): string | null {
  version ??= libraryVersion('svgo');
  if (version !== null && Number.parseInt(version, 10) >= 4) return null;
  const found = version === null ? 'it is not installed' : `svgo ${version} is installed`;
  return `SVG needs the package svgo, version 4 or later, and ${found}; run: npm install --save-dev svgo`;
}
