/**
 * What it costs to look: lists and stats the files of a project's store and outputs, and hashes its manifests. Plain
 * JavaScript, so that Node strips no types: `node look.mjs <root>`.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2];
let files = 0;
for (const folder of ['.tintype/records', 'public/images']) look(join(root, folder));
for (const name of readdirSync(root)) {
  if (name.endsWith('.images.yaml')) {
    createHash('sha256')
      .update(readFileSync(join(root, name)))
      .digest('hex');
  }
}
process.stdout.write(`${files}\n`);

function look(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) look(path);
    else {
      lstatSync(path);
      files++;
    }
  }
}
