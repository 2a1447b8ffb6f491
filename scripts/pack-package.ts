import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Packs `packages/<name>` as for the registry, and returns the path of the file. pnpm, because only it knows the versions of the workspace. */
export function packPackage(name: string, folder: string): string {
  const packed = execFileSync(
    join(repository, 'node_modules/.bin/pnpm'),
    ['pack', '--json', '--pack-destination', folder],
    { cwd: join(repository, 'packages', name), encoding: 'utf8' },
  );
  return (JSON.parse(packed) as { readonly filename: string }).filename;
}
