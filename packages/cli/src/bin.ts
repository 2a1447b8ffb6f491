#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Node keeps what it compiles, and the config without its types, in its own folder for that, for the next start
// (`NODE_COMPILE_CACHE` names another, `NODE_DISABLE_COMPILE_CACHE=1` none). So all else is imported after.
enableCompileCache();
const { main } = await import('./main.ts');
const { processShell } = await import('./shell.ts');

process.exitCode = await main(process.argv.slice(2), processShell(process));
