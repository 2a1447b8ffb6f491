/**
 * Writes the address of the repository into the packages, for the registry: `node scripts/set-repository.ts https://host/owner/name`.
 * The release workflow runs it, so that the address is that of the repository which publishes, as provenance demands, and no fork has
 * a wrong one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { withRepository } from './with-repository.ts';

const [address = ''] = process.argv.slice(2);
const folder = new URL('../packages/', import.meta.url);
for (const name of readdirSync(folder)) {
  const file = new URL(`${name}/package.json`, folder);
  writeFileSync(file, withRepository(readFileSync(file, 'utf8'), address, `packages/${name}`));
}
