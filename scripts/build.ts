/** Builds the package in the working folder: an empty `dist`, then plain `tsc`. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('tsc -p tsconfig.json', { shell: true, stdio: 'inherit' });
process.exit(status ?? 1);
