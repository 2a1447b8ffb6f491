#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Node keeps what it compiles, and the config without its types, for the next start: in this package's own folder, for
// Node's default is in the temporary one, where others of the machine may write. Where it cannot be written, there is
// none. So all else is imported after.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'));
const { main } = await import('./main.ts');
const { processShell } = await import('./shell.ts');

process.exitCode = await main(process.argv.slice(2), processShell(process));
